"""How answers came about and who looked: recorded behind the answers, kept, found again."""
