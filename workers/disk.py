"""What says that a disk takes no more: the fault of no file, and of no request."""

import errno

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


def is_full(error: BaseException) -> bool:
    """PyAV's errors are OSErrors where the system's are."""
    return isinstance(error, OSError) and error.errno in DISK_FULL
