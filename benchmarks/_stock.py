"""
The peer: the same form as a Django project is usually written. ORM, django.forms, database sessions, stock middleware.

One row a form with a JSON of its values, an audit row for each changed value in the same transaction, WAL and
synchronous=FULL, as the settings of the product demand.
"""

import os
import sys

import django
from django.conf import settings

ITEMS = 30


def _database() -> dict[str, object]:
    url = os.environ["STOCK_DB"]
    if url.startswith("postgresql"):
        from psycopg import conninfo

        parts = conninfo.conninfo_to_dict(url)
        named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        return {"ENGINE": "django.db.backends.postgresql", **{k: str(parts.get(v, "")) for k, v in named.items()},
                "CONN_MAX_AGE": None}  # fmt: skip
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": url, "CONN_MAX_AGE": None,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20,
                        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"}}  # fmt: skip


settings.configure(
    SECRET_KEY="benchmark" * 8, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, DATABASES={"default": _database()},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                    "django.contrib.messages", "benchmarks"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
                "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware",
                "django.contrib.messages.middleware.MessageMiddleware",
                "django.middleware.clickjacking.XFrameOptionsMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth"]}}],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True, LOGIN_URL="/sign-in/",
)  # fmt: skip
django.setup()

from django import forms  # noqa: E402 - Django is configured above
from django.contrib.auth import authenticate, login  # noqa: E402
from django.contrib.auth.decorators import login_required, permission_required  # noqa: E402
from django.contrib.auth.models import Permission, User  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402


class Record(models.Model):
    participant = models.CharField(max_length=20)
    visit = models.CharField(max_length=20)
    form = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    version = models.IntegerField(default=0)

    class Meta:
        app_label = "benchmarks"
        unique_together = [("participant", "visit", "form")]


class Audit(models.Model):
    record = models.ForeignKey(Record, on_delete=models.PROTECT)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
    item = models.CharField(max_length=60)
    old = models.TextField()
    new = models.TextField()
    reason = models.TextField()

    class Meta:
        app_label = "benchmarks"


def _fields() -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {f"n{n}": forms.DecimalField(min_value=0, max_value=3000) for n in range(18)}
    found |= {f"n{n}": forms.ChoiceField(choices=[(str(g), f"Grade {g}") for g in range(5)]) for n in range(18, 22)}
    found |= {f"n{n}": forms.ChoiceField(choices=[("Y", "Yes"), ("N", "No")]) for n in range(22, 26)}
    found |= {f"n{n}": forms.DateField() for n in range(26, 28)}
    found |= {f"n{n}": forms.CharField(required=False) for n in range(28, ITEMS)}
    return found | {"version": forms.IntegerField(widget=forms.HiddenInput), "reason": forms.CharField(required=False)}


PageForm = type("PageForm", (forms.Form,), _fields())
PAGE = (
    '<!doctype html><title>Form</title><form method="post">{% csrf_token %}{{ form.as_p }}<button>Save</button></form>'
)


@login_required
@permission_required("benchmarks.change_record", raise_exception=True)
def form_page(request: HttpRequest, participant: str, visit: str, form: str) -> HttpResponse:
    if request.method == "GET":
        record = Record.objects.get(participant=participant, visit=visit, form=form)
        page = PageForm(initial={**record.values, "version": record.version})
        return HttpResponse(engines["django"].from_string(PAGE).render({"form": page}, request))
    sent = PageForm(request.POST)
    if not sent.is_valid():
        return HttpResponse(status=422)
    with transaction.atomic():
        record = Record.objects.select_for_update().get(participant=participant, visit=visit, form=form)
        if record.version != sent.cleaned_data["version"]:
            return HttpResponse(status=409)
        new = {name: str(sent.cleaned_data[name]) for name in _NAMES}
        changed = [name for name in _NAMES if record.values.get(name) != new[name]]
        Audit.objects.bulk_create(
            Audit(record=record, user=request.user, item=name, old=record.values.get(name, ""), new=new[name],
                  reason=sent.cleaned_data["reason"]) for name in changed
        )  # fmt: skip
        record.values, record.version = new, record.version + 1
        record.save()
    return HttpResponseRedirect(request.path)


def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        user = authenticate(request, username=request.POST["username"], password=request.POST["password"])
        if user is not None:
            login(request, user)
        return HttpResponseRedirect("/")
    return HttpResponse(engines["django"].from_string("<form>{% csrf_token %}</form>").render({}, request))


_NAMES = [f"n{n}" for n in range(ITEMS)]
urlpatterns = [
    path("sign-in/", sign_in),
    path("", sign_in),
    path("participants/<str:participant>/visits/<str:visit>/forms/<str:form>/", form_page),
]


def prepare() -> None:
    """Tables, people with the permission, and as many filled records as the product's ledger holds."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import _conduct_study as measured

    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    if Record._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(Record)
            editor.create_model(Audit)
    kind = ContentType.objects.get_for_model(Record)
    allowed, _ = Permission.objects.get_or_create(codename="change_record", content_type=kind, name="May change")
    for n in range(measured.PEOPLE):
        User.objects.create_user(f"nurse_{n}", password=measured.PASSWORD).user_permissions.add(allowed)
    values = {name.rpartition(".")[2]: text for name, text in measured.typed(0).items() if "__" not in name}
    Record.objects.bulk_create(
        (Record(participant=measured.participant(p), visit=f"V{v}", form=f"form_{k}", values=values)
         for p in range(measured.PARTICIPANTS) for v in range(1, measured.VISITS + 1) for k in range(measured.FORMS)),
        batch_size=1000,
    )  # fmt: skip


if "prepare" in sys.argv:
    prepare()
else:
    application = get_wsgi_application()
