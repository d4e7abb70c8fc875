"""Give the tests a file to break."""

OFFICE = """\
connections:
  crm:
    system: simplicate
    base_url: https://kantoor.simplicate.nl/api/v2
    credentials: {key: env:CRM_KEY, secret: env:CRM_SECRET}
    hook_secrets: [env:CRM_HOOK]
    poll_seconds: 30
  books:
    system: snelstart
    credentials: {subscription_key: env:BOOKS_KEY, connection_key: "file:/run/secrets/books"}
    limits: {minute: 500, hour: 5000, concurrent: 50}
links:
  office:
    source: crm
    target: books
    relations:
      flag: sync_snelstart
      roles: {Klant: customer, Leverancier: supplier}
      match: [kvk, vat, relation_number]
      number: crm
"""

ENVIRONMENT = {
    "CRM_KEY": "key-1",
    "CRM_SECRET": "secret-1",
    "CRM_HOOK": "hook-1",
    "BOOKS_KEY": "key-2",
    "BOOKS_KOPPEL": "koppel",
}
