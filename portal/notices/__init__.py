"""Mail that people can bear: notices gathered into digests, and what each person wants to get."""
