// Amazon's SDK for JavaScript, asked a line of JSON at a time; see tests/foreign/library.py.
"use strict";
const fs = require("node:fs");
const readline = require("node:readline");
const { pipeline } = require("node:stream/promises");
const s3 = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");

const Bucket = process.env.COOP_ACCOUNT;
const root = `${process.env.COOP_REPOSITORY}/`;
const client = new s3.S3Client({ endpoint: process.env.AWS_ENDPOINT_URL, forcePathStyle: true });

async function save(key, path, more = {}) {
  const answer = await client.send(new s3.GetObjectCommand({ Bucket, Key: root + key, ...more }));
  await pipeline(answer.Body, fs.createWriteStream(path));
}

const verbs = {
  async upload({ path, key }) {
    const params = { Bucket, Key: root + key, Body: fs.createReadStream(path) };
    await new Upload({ client, params, partSize: 5 * 1024 ** 2 }).done();
  },
  download: ({ key, path }) => save(key, path),
  range: ({ key, start, end, path }) => save(key, path, { Range: `bytes=${start}-${end - 1}` }),
  async list() {
    const keys = [];
    for await (const page of s3.paginateListObjectsV2({ client }, { Bucket, Prefix: root })) {
      keys.push(...(page.Contents ?? []).map((entry) => entry.Key.slice(root.length)));
    }
    return keys;
  },
  async copy({ source, target }) {
    const CopySource = `${Bucket}/${encodeURIComponent(root + source)}`;
    await client.send(new s3.CopyObjectCommand({ Bucket, Key: root + target, CopySource }));
  },
  async delete({ keys }) {
    const Objects = keys.map((key) => ({ Key: root + key }));
    const answer = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    if (answer.Errors?.length) throw new Error(JSON.stringify(answer.Errors));
  },
};

async function answer({ verb, ...asked }) {
  if (!(verb in verbs)) return { lacks: true };
  try {
    return { answer: (await verbs[verb](asked)) ?? null };
  } catch (error) {
    return { error: String(error.stack) };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
}

main();
