"""From files to an index: read, repair, cut, analyse, write."""
