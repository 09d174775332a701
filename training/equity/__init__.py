"""Whether the recommender serves groups of learners, and treats groups of credentials, alike."""
