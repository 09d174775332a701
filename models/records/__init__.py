"""What learning platforms say of their learners in standards of the field, read as events."""
