-- Nothing but the toll that may be put before it.
return 1
