"""The practice Salesforce org: a server over SQLite that answers as the Salesforce REST API (59 to 67) does.

    org = SalesforceOrg(database: Path, clock: PracticeClock, *, daily_limit=100_000, external_id_field=True, setup=None)
    org.setup · org.change_setup(**changes)   OrgSetup: what an admin has configured; kept in the database
    org.load(rows) -> int             seed without rules: (object, fields) pairs, stamps as epoch seconds; ids are given
    org.count(sobject) · org.users() · org.get(id) · org.insert(sobject, fields) · org.update(id, fields)
    org.delete(ids) · org.undelete(ids) · org.merge(master, losers) · org.convert_lead(lead_id)
    org.add_foreign_usage(calls) · org.usage.used() · org.usage.limit (may be set)
    org.admin_id · org.organization_id · org.close()
    org.bulk.pace · org.access · org.long_running.limit · …   what can be turned while it is served: dials.py names all
    app = create_salesforce_app(org, calls, *, access_token, client_id, client_secret=None, rotate_refresh_tokens=True,
                                redirect_uris=…)
    app.state.oauth.new_refresh_token(user_id=None) · app.state.oauth.new_access_token(user_id=None)

Bad records raise `RowError`, bad requests `ApiError`. Run the app as app.py says (uvicorn's Date header off).
"""

from .app import create_salesforce_app
from .errors import ApiError, RowError
from .org import SalesforceOrg
from .schema import EXTERNAL_ID
from .setup import OrgSetup

__all__ = ["EXTERNAL_ID", "ApiError", "OrgSetup", "RowError", "SalesforceOrg", "create_salesforce_app"]
