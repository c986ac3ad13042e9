"""Uploading by form: the data door takes the file itself, permitted by a signed policy."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import Place, about, directory_page, is_slug, object_page
from services.web.resources import Resources, resources_of, visitor_of
from services.web.views.allowed import allowed_repository
from services.web.views.cards import summaries_of
from services.web.views.names import may_of, named
from services.web.views.page import page
from services.web.views.sending import see
from shared.contracts.repositories import Repository
from shared.contracts.storage import PostForm, PresignPostObject


async def upload(request: Request) -> Response:
    """The form, good for a quarter of an hour."""
    place, refusal = named(request), "Only members who may write upload files here."
    repository = await allowed_repository(request, lambda may: may.write, refusal)
    prefix = folder(request.query_params.get("prefix", ""))
    uid = repository.repository_uid
    response = await page(
        request,
        "repositories/upload.html",
        repository=repository,
        may=may_of((await visitor_of(request)).principal, repository),
        summary=(await summaries_of(request, [uid])).get(uid),
        prefix=prefix,
        chooses=request.query_params.get("folder") == "choose",
        change=_folder_step(place, prefix),
        post=await _post_form(request, place, prefix),
        ticket=f"/api/v1/repositories/{place.account_id}/{place.repository_id}/upload-form",
        command=_command(resources_of(request), repository, prefix),
    )
    response.headers["cache-control"] = "no-store"
    return response


async def uploaded(request: Request) -> Response:
    """Where the data door sends browsers back to, with S3's own query: onwards to the file."""
    place = named(request)
    bucket, key = request.query_params.get("bucket", ""), request.query_params.get("key", "")
    repository, _, rest = key.partition("/")
    if bucket == place.account_id and repository == place.repository_id and rest:
        return see(object_page(bucket, repository, rest))
    if is_slug(place.account_id):
        return see(directory_page(place.account_id, place.repository_id))
    return see("/")


def folder(text: str) -> str:
    """What is typed as a folder, as a prefix: spaces round it and a leading slash are slips."""
    name = text.strip().lstrip("/")
    return f"{name}/" if name and not name.endswith("/") else name


def _folder_step(place: Place, prefix: str) -> str:
    """Where another folder is chosen."""
    query = urlencode({"prefix": prefix, "folder": "choose"})
    return f"{about(place.account_id, place.repository_id, 'upload')}?{query}"


async def _post_form(request: Request, place: Place, prefix: str) -> PostForm:
    edge = resources_of(request)
    visitor = await visitor_of(request)
    back = about(place.account_id, place.repository_id, "uploaded")
    return await edge.bus.request(
        PresignPostObject(
            actor=visitor.actor,
            account_id=place.account_id,
            repository_id=place.repository_id,
            prefix=prefix,
            redirect=f"{edge.public_url}{back}",
        )
    )


def _command(edge: Resources, repository: Repository, prefix: str) -> str:
    place = f"s3://{repository.account_id}/{repository.repository_id}/{prefix}"
    return f"aws s3 cp --recursive . {place} \\\n  --endpoint-url {edge.data_door}"
