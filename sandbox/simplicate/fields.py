"""Simplicate's field lists: what a record holds, its documented type, and what a client may set.

The types are those of the vendor's own description; `present` knows how answers depart from them.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Field:
    """Describe one field: documented kind, members of an object or of list items, and who fills it."""

    kind: str
    members: "dict[str, Field]" = field(default_factory=dict)
    read_only: bool = False


Table = dict[str, Field]


def _texts(names: str) -> Table:
    return {name: Field("str") for name in names.split()}


def _shown(table: Table) -> Table:
    return {name: Field(each.kind, each.members, True) for name, each in table.items()}


ADDRESS: Table = _texts("id type line_1 line_2 postal_code locality province country country_code country_id")
RELATION_TYPE: Table = _texts("id label color type")
NAMED: Table = _texts("id name")
PAYMENT_TERM: Table = {**_texts("id name method"), "days": Field("int")}
DEBTOR: Table = {
    "payment_term": Field("object", PAYMENT_TERM),
    **_texts("provision_method send_email_type send_email_email attention_to invoicetemplate_id"),
    "cc": Field("list"),
    "autocollect": Field("bool"),
    "reminders": Field("bool"),
}
ACCOUNTANCY: Table = {
    "is_tax_unit_vat": Field("bool"),
    "is_tax_unit_vpb": Field("bool"),
    **_texts("vat_number_fe tax_unit_vat_role tax_unit_vpb_role"),
}
CUSTOM_OPTION: Table = _texts("id label value")
CUSTOM_FIELD: Table = {
    **_texts("id name label value type render_type value_type"),
    "position": Field("int"),
    "mandatory": Field("bool"),
    "searchable": Field("bool"),
    "filterable": Field("bool"),
    "custom_field_group": Field("object", _texts("id name label")),
    "options": Field("list", CUSTOM_OPTION),
}
LINK: Table = _texts("person_id work_function work_email work_phone work_mobile id name")
LINK_TO_ORGANIZATION: Table = _texts("organization_id work_function work_email work_phone work_mobile id name")

_STAMPS: Table = _shown(
    {
        "id": Field("str"),
        "simplicate_url": Field("str"),
        "timeline_email_address": Field("str"),
        **{name: Field("datetime") for name in ("created_at", "updated_at", "created", "modified")},
    }
)
_SHARED: Table = {
    **_STAMPS,
    **_texts("email phone note linkedin_url relation_number bank_account bank_bic invoice_receiver"),
    "relation_type": Field("object", RELATION_TYPE),
    "relation_manager": Field("object", NAMED),
    "interests": Field("list", NAMED),
    "teams": Field("list", NAMED),
    "custom_fields": Field("list", CUSTOM_FIELD),
    "is_active": Field("bool"),
}
ORGANIZATION: Table = {
    **_SHARED,
    **_texts("name coc_code vat_number url"),
    "has_different_postal_address": Field("bool"),
    "visiting_address": Field("object", ADDRESS),
    "postal_address": Field("object", ADDRESS),
    "customer_group": Field("object", NAMED),
    "industry": Field("object", NAMED),
    "organizationsize": Field("object", NAMED),
    "sbi_codes": Field("list", NAMED),
    "allow_autocollect": Field("bool"),
    "debtor": Field("object", DEBTOR),
    "accountancy": Field("object", ACCOUNTANCY),
    "linked_persons_contacts": Field("list", LINK),
}
PERSON: Table = {
    **_SHARED,
    **_texts("gender gender_id initials first_name family_name_prefix family_name custom_salutation website_url"),
    **_texts("twitter_url facebook_url"),
    "full_name": Field("str", read_only=True),
    "date_of_birth": Field("date"),
    "mailing_list_email": Field("bool"),
    "mailing_lists": Field("list", NAMED),
    "address": Field("object", ADDRESS),
    "use_custom_salutation": Field("bool"),
    "is_employee": Field("bool", read_only=True),
    "linked_as_contact_to_organization": Field("list", LINK_TO_ORGANIZATION),
}
CONTACTPERSON: Table = {
    "id": Field("str"),
    "organization": Field("object", _texts("id name relation_number")),
    "person": Field("object", _texts("id full_name relation_number")),
    "person_id": Field("str"),
    "is_active": Field("bool"),
    **_texts("work_function work_email work_phone work_mobile"),
    "created_at": Field("datetime"),
    "updated_at": Field("datetime"),
}
MESSAGE: Table = {
    **_texts("id title content display_date"),
    "content_fields": Field("list", _texts("title value")),
    "message_type": Field("object", _texts("id label")),
    "created_by": Field("object", NAMED),
    "linked_to": Field(
        "list",
        {
            **_texts("label organization_id person_id sales_id project_id invoice_id employee_id"),
        },
    ),
    "created_at": Field("datetime"),
    "updated_at": Field("datetime"),
}
MESSAGE_TYPE: Table = _texts("id label color")
COUNTRY: Table = _texts("id name code")
GENDER: Table = _texts("id label")
CUSTOM_FIELD_DEFINITION: Table = {name: each for name, each in CUSTOM_FIELD.items() if name != "value"}
ERROR: Table = {**_texts("type message translated_message error_message"), "code": Field("int")}
TABLES = {"organization": ORGANIZATION, "person": PERSON}
