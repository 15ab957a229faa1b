"""The Django project: who, what, when, and who may."""
