"""The online half: loads a bundle, keeps learner state and events, answers over HTTP."""
