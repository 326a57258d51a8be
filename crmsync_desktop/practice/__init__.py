"""The practice orgs: a Salesforce org and a HubSpot portal of our own, served over HTTP on loopback.

They are foreign servers: nothing here imports the rest of the application, and the application reaches them only
through the same clients that it uses for the real systems.
"""
