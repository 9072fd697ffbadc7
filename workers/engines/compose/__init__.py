"""Films cut from clips and pictures: cross-fades, words over them, music under them; by ffmpeg, in its own process."""
