"""List every address of the application and who may ask for it.

Whoever adds a route adds its line to TABLE; tests/web/test_routes.py fails on one that is missing here, and asks
each as a stranger, with too low a role, without a form's token, without a token and with another scope.

- `viewer`, `operator`, `administrator`: a page; the least role (web.access.guard).
- `own`: a page for whoever is signed in, even before they chose a password of their own.
- `changes`, `read`, `operate`, `administer`: the API; the scope that a token must have (web.access.callers).
- `open: ...`: anybody, and the reason why that is right.
- `itself: ...`: the route asks by itself, and the reason; it has a test of its own.
"""

ROLES = ("viewer", "operator", "administrator")
SCOPES = ("changes", "read", "operate", "administer")

TABLE = {
    # Probes, hooks and files.
    ("GET", "/healthz"): "open: a container asks whether the process lives",
    ("GET", "/readyz"): "open: a load balancer asks whether it works; says states, and no data",
    ("GET", "/metrics"): "open: numbers without personal data; the proxy keeps it inside (docs/operating.md)",
    ("GET", "/static"): "open: our own style sheet, script and picture",
    ("POST", "/hooks/{token}"): "itself: the CRM signs each hook (tests/web/test_hooks.py)",
    # Signing in.
    ("GET", "/sign-in"): "open: nobody is signed in yet",
    ("POST", "/sign-in"): "itself: by name and password, from our own page only (tests/web/test_sign_in.py)",
    ("POST", "/sign-out"): "own",
    ("GET", "/sign-in/oidc"): "open: leads to the identity provider",
    ("GET", "/sign-in/oidc/back"): "itself: by what the identity provider signed (tests/web/test_oidc.py)",
    ("GET", "/access/flower"): "itself: answers a proxy's question (tests/web/test_users.py)",
    # People and applications.
    ("GET", "/me"): "own",
    ("POST", "/me/language"): "own",
    ("POST", "/me/password"): "own",
    ("POST", "/me/sessions"): "own",
    ("GET", "/users"): "administrator",
    ("POST", "/users"): "administrator",
    ("GET", "/users/{user_id}"): "administrator",
    ("POST", "/users/{user_id}/role"): "administrator",
    ("POST", "/users/{user_id}/off"): "administrator",
    ("POST", "/users/{user_id}/on"): "administrator",
    ("POST", "/users/{user_id}/sessions"): "administrator",
    ("POST", "/users/{user_id}/password"): "administrator",
    ("GET", "/tokens"): "administrator",
    ("POST", "/tokens"): "administrator",
    ("POST", "/tokens/{token_id}/revoke"): "administrator",
    ("GET", "/audit"): "administrator",
    ("GET", "/audit.csv"): "administrator",
    ("GET", "/api/audit"): "administer",
    # The log, timelines and undoing.
    ("GET", "/log"): "viewer",
    ("GET", "/log.csv"): "viewer",
    ("GET", "/relations"): "viewer",
    ("GET", "/relations/{link_id}/{record_id:path}"): "viewer",
    ("POST", "/relations/{link_id}/{record_id:path}/sync"): "operator",
    ("GET", "/undo/{log_id}"): "operator",
    ("POST", "/undo/{log_id}"): "operator",
    ("GET", "/api/log"): "read",
    ("GET", "/api/relations/{link_id}/{record_id:path}"): "read",
    ("POST", "/api/relations/{link_id}/{record_id:path}/sync"): "operate",
    ("POST", "/api/undo"): "operate",
    ("GET", "/api/openapi.json"): "itself: the scope read, or anybody who is signed in (tests/web/test_routes.py)",
    # Overview and comparisons.
    ("GET", "/"): "viewer",
    ("GET", "/api/overview"): "read",
    ("GET", "/api/connections"): "read",
    ("POST", "/reconciliations"): "operator",
    ("GET", "/reconciliations/{report_id}"): "viewer",
    ("GET", "/reconciliations/{report_id}/export"): "viewer",
    ("GET", "/reconciliations/{report_id}/repair"): "operator",
    ("POST", "/reconciliations/{report_id}/repair"): "operator",
    ("GET", "/api/reconciliations"): "read",
    ("GET", "/api/reconciliations/{report_id}"): "read",
    ("POST", "/api/reconciliations/{report_id}/repair"): "operate",
    # Changes.
    ("POST", "/api/changes"): "changes",
    # Connections.
    ("GET", "/connections"): "viewer",
    ("GET", "/connections/new"): "administrator",
    ("POST", "/connections/new"): "administrator",
    ("GET", "/connections/{name}"): "viewer",
    ("POST", "/connections/{name}/confirm"): "administrator",
    ("POST", "/connections/{name}/discard"): "administrator",
    ("POST", "/connections/{name}/remove"): "administrator",
    ("POST", "/connections/{name}/check"): "operator",
    ("POST", "/connections/{name}/pause"): "operator",
    ("POST", "/connections/{name}/resume"): "operator",
    ("GET", "/connections/{name}/credentials"): "administrator",
    ("POST", "/connections/{name}/credentials"): "administrator",
    ("POST", "/api/connections/{name}/check"): "operate",
    ("POST", "/api/connections/{name}/pause"): "operate",
    ("POST", "/api/connections/{name}/resume"): "operate",
    # Links.
    ("GET", "/links"): "viewer",
    ("GET", "/links/{name}"): "viewer",
    ("POST", "/links/{name}/pause"): "operator",
    ("POST", "/links/{name}/resume"): "operator",
    ("GET", "/links/{name}/fields"): "viewer",
    ("POST", "/links/{name}/fields"): "operator",
    ("GET", "/links/{name}/mapping.md"): "viewer",
    ("GET", "/links/{name}/mapping.csv"): "viewer",
    ("GET", "/api/links"): "read",
    ("GET", "/api/links/{name}"): "read",
    ("GET", "/api/links/{name}/fields"): "read",
    ("POST", "/api/links/{name}/pause"): "operate",
    ("POST", "/api/links/{name}/resume"): "operate",
}
