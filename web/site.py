"""Hold what every page needs: the runtime, the templates and the reader's language."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from anyio.to_thread import run_sync
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session
from starlette.templating import Jinja2Templates

from models.causes import Language
from sync.numbers_of_people import of_a_person
from tasks.runtime import Runtime
from web.access.who import Who
from web.filters import add_filters
from web.navigation import badges
from web.words import words_of

HERE = Path(__file__).parent
LANGUAGE_COOKIE = "language"
LANGUAGE_SECONDS = 365 * 24 * 3600

P = ParamSpec("P")
R = TypeVar("R")


class Site:
    """Render pages for whoever asks; made once per process, holds nothing of a request."""

    def __init__(self, runtime: Runtime) -> None:
        """Use the runtime's sessions, vault and settings."""
        self.runtime = runtime
        self.templates = Jinja2Templates(HERE / "templates")
        self.secure = runtime.settings.public_url.startswith("https://")
        # Browsers keep a `__Host-` cookie to this very host over https; without https they would drop it.
        self.cookie = "__Host-boekbrug" if self.secure else "boekbrug"
        add_filters(self.templates.env, ZoneInfo(runtime.settings.timezone))

    async def in_thread(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run what talks to the database beside the event loop."""
        return await run_sync(lambda: work(*args, **kwargs))

    def language(self, request: Request, who: Who | None = None) -> Language:
        """Choose the page's language: what was asked here, else the user's, else the browser's, else the setting."""
        return language_of(
            request.query_params.get("language", ""),
            request.cookies.get(LANGUAGE_COOKIE, ""),
            who.language if who else "",
            request.headers.get("accept-language", ""),
            self.runtime.settings.language,
        )

    def page(
        self,
        request: Request,
        template: str,
        who: Who | None,
        session: Session | None = None,
        *,
        status: int = 200,
        **shown: Any,
    ) -> HTMLResponse:
        """Render a template; with a session the menu shows how many reviews and issues wait."""
        language = self.language(request, who)
        context = {
            "language": language,
            "t": words_of(language),
            "who": who,
            "here": request.url.path,
            "elsewise": _in_other(request, language),
            "now": datetime.now(UTC),
            "badges": badges(session) if session is not None and who is not None else {},
            **shown,
        }
        answer = self.templates.TemplateResponse(request, template, context, status_code=status)
        if "language" in request.query_params:
            self.keep_language(answer, language)
        return answer

    def keep_language(self, answer: Response, language: Language) -> None:
        """Let the browser remember which language was asked for."""
        answer.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=LANGUAGE_SECONDS,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )


def _in_other(request: Request, language: Language) -> str:
    """Return the query of this same page in the other language, without what may be a person's number."""
    given = request.query_params.multi_items()
    kept = [(name, value) for name, value in given if name not in ("language", "done") and not of_a_person(value)]
    return urlencode([*kept, ("language", "en" if language == "nl" else "nl")])


def language_of(*wishes: str) -> Language:
    """Return the first wish that is Dutch or English; a wish may be a browser's list."""
    for wish in wishes:
        for piece in wish.split(","):
            code = piece.strip()[:2].lower()
            if code in ("nl", "en"):
                return "nl" if code == "nl" else "en"
    return "nl"


def site_of(request: Request) -> Site:
    """Return the application's site."""
    site: Site = request.app.state.site
    return site


Here = Annotated[Site, Depends(site_of)]
"""A page's parameter that gives it the site."""
