"""An API of a shop, for tests of what a sandbox does outside of jobs; and sandboxes of small documents."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import yaml

from specloom.pipeline import read_api
from specloom.targets.client.runtime.sandbox.serving import Sandbox
from specloom.targets.client.sandbox import sandbox_data

if TYPE_CHECKING:
    from pathlib import Path

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: 'https://shop.example/v1'}]
security: [{key: []}]
paths:
  /pets:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pets'}}}}
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/NewPet'}}}
      responses:
        '201':
          description: made
          headers: {Location: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
        '422': {$ref: '#/components/responses/Wrong'}
        default: {$ref: '#/components/responses/Wrong'}
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        '404': {$ref: '#/components/responses/Wrong'}
    put:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/NewPet'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
    patch:
      requestBody:
        content: {application/merge-patch+json: {schema: {type: object}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
    delete:
      responses: {'204': {description: gone}}
  /pets/{petId}/visits:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Visit'}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Visit'}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: {properties: {data: {$ref: '#/components/schemas/Visit'}}}}}
  /pets/{petId}/visits/{id}:
    get:
      parameters:
        - {name: petId, in: path, required: true, schema: {type: integer}}
        - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {properties: {data: {$ref: '#/components/schemas/Visit'}}}}}
  /settings:
    get:
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Settings'}}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Settings'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Settings'}}}}
  /breeds/{slug}:
    get:
      parameters: [{name: slug, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: object, required: [slug], properties: {slug: {type: string}, origin: {type: string}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  responses:
    Wrong:
      description: wrong
      content:
        application/problem+json:
          schema:
            type: object
            required: [status, detail]
            properties: {status: {type: integer}, detail: {type: string}}
  schemas:
    NewPet:
      type: object
      required: [name]
      properties:
        name: {type: string, minLength: 1}
        tag: {type: string}
        age: {type: integer, minimum: 0}
    Pet:
      allOf:
        - {$ref: '#/components/schemas/NewPet'}
        - type: object
          required: [id, created_at]
          properties:
            id: {type: integer, readOnly: true}
            created_at: {type: string, format: date-time}
            updated_at: {type: string, format: date-time}
    Pets:
      type: object
      required: [items, total, has_more]
      properties:
        items: {type: array, items: {$ref: '#/components/schemas/Pet'}}
        total: {type: integer}
        has_more: {type: boolean}
        next: {type: [string, 'null'], format: uri}
    Visit:
      type: object
      required: [reason]
      properties: {id: {type: string, format: uuid, readOnly: true}, reason: {type: string}}
    Settings:
      type: object
      properties: {theme: {type: string}, volume: {type: integer, minimum: 0, maximum: 10}}
"""
KEY = {"X-Key": "any"}


def played(document: str, folder: Path, **settings: Any) -> Sandbox:
    """A sandbox of a document; one that only has paths gets the rest."""
    text = textwrap.dedent(document)
    if "openapi:" not in text:
        told = {"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}}
        text = yaml.safe_dump(told) + text
    path = folder / "document.yaml"
    path.write_text(text, "utf-8")
    woven = read_api(path)
    assert woven.api is not None, woven.findings
    return Sandbox.of(sandbox_data(woven.api), woven.api.requests, **settings)
