"""Salesforce, through simple-salesforce."""

from crmsync_desktop.adapters.salesforce.crm import SalesforceCrm

__all__ = ["SalesforceCrm"]
