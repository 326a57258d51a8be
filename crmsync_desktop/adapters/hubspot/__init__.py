"""HubSpot as a `Crm`: the only room that knows the HubSpot client, its paths, its limits and its words."""

from crmsync_desktop.adapters.hubspot.crm import HubSpotCrm

__all__ = ["HubSpotCrm"]
