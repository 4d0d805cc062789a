"""The commands of ``flask …``: thin front doors to the same services that the pages use."""
