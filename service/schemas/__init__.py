"""What requests and answers look like on the wire; field names are the public contract."""
