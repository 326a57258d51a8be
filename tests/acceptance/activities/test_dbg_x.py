from tests.acceptance.activities.conftest import *
from tests.acceptance.activities.circle import make_circle
from tests.acceptance.activities.test_forms import submit, tasks
from crmsync_desktop.domain.records import Side
def test_dbg(here):
    circle = make_circle(here)
    print("cursor0", here.store.cursors().get((Side.HUBSPOT,"form_submissions")))
    c = submit(here, "F ask", email=f"{circle.text}@example.com".lower())
    here.admin.reset_calls()
    v = here.sync()
    print(v)
    print(here.admin.get("/log", limit=60) if False else "")
    print("cursor", here.store.cursors().get((Side.HUBSPOT,"form_submissions")))
    print("contact", c, circle.hubspot)
    for e in here.store.errors(None,0,100): print(e)
    here.admin.advance(400)
    v = here.sync()
    print(v)
    print("cursor", here.store.cursors().get((Side.HUBSPOT,"form_submissions")))
    assert 0
