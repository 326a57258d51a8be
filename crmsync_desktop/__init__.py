"""CRMSync Desktop: one Salesforce org and one HubSpot portal kept in step, both ways."""
