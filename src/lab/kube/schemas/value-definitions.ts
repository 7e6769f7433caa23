import type { Schema } from "./schema.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** Types that are a plain value in JSON but have a name in the API, by the word that the data uses for them. */
export const VALUE_TYPES: Readonly<
  Record<string, { readonly ref: string; readonly schema: Schema }>
> = {
  duration: {
    ref: `${META}.Duration`,
    schema: {
      type: "string",
      goType: "string",
      description: "Duration is a length of time, such as 1h30m.",
    },
  },
  fields: {
    ref: `${META}.FieldsV1`,
    schema: {
      type: "object",
      preserveUnknown: true,
      atomic: true,
      goType: "v1.FieldsV1",
      description:
        "FieldsV1 stores a set of fields in a data structure like a trie, in JSON format.",
    },
  },
  intOrString: {
    ref: "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    schema: {
      format: "int-or-string",
      goType: "intstr.IntOrString",
      description: "IntOrString holds an int32 or a string.",
    },
  },
  microTime: {
    ref: `${META}.MicroTime`,
    schema: {
      type: "string",
      format: "date-time",
      goType: "v1.MicroTime",
      description: "MicroTime is a time with microseconds.",
    },
  },
  object: {
    ref: "io.k8s.apimachinery.pkg.runtime.RawExtension",
    schema: {
      type: "object",
      preserveUnknown: true,
      atomic: true,
      goType: "runtime.RawExtension",
      description: "RawExtension holds an object of any kind.",
    },
  },
  quantity: {
    ref: "io.k8s.apimachinery.pkg.api.resource.Quantity",
    schema: {
      format: "quantity",
      goType: "resource.Quantity",
      description:
        "Quantity is a fixed-point number with an optional unit, such as 500m, 1.5 or 2Gi.",
    },
  },
  time: {
    ref: `${META}.Time`,
    schema: {
      type: "string",
      format: "date-time",
      goType: "v1.Time",
      description: "Time is a time in whole seconds, as in RFC 3339.",
    },
  },
};

/** The types without a name of their own. */
export const SCALAR_TYPES: Readonly<Record<string, Schema>> = {
  any: { preserveUnknown: true, atomic: true },
  bool: { type: "boolean", goType: "bool" },
  bytes: { type: "string", format: "byte", goType: "[]uint8" },
  double: { type: "number", format: "double", goType: "float64" },
  int32: { type: "integer", format: "int32", goType: "int32" },
  int64: { type: "integer", format: "int64", goType: "int64" },
  string: { type: "string", goType: "string" },
};
