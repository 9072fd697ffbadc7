select; -- a constraint that was proved stays proved
