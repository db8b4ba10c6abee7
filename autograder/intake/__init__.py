"""How submissions come in: folders and zips, reduced to the listed files as bytes."""
