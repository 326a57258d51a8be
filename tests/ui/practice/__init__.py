"""The window of practice records on real practice orgs."""
