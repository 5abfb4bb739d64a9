// An object library needs one translation unit; the data are in the generated one.
