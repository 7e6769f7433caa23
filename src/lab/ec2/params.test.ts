import { describe, expect, test } from "vitest";
import { Params } from "./params.ts";

describe("scalars", () => {
  test.each([
    {
      name: "percent-encoded",
      form: "Name=aws%3A10.0.0.0%2F8",
      want: "aws:10.0.0.0/8",
    },
    { name: "a plus is a space", form: "Name=a+b", want: "a b" },
    { name: "UTF-8", form: "Name=%C3%A9t%C3%A9", want: "été" },
    { name: "an empty value is a value", form: "Name=", want: "" },
    { name: "absent", form: "Other=1", want: undefined },
  ])("$name", ({ form, want }) => {
    expect(Params.fromForm(form).text("Name")).toBe(want);
  });

  test.each(["x", "1.5", "", "1e3", "99999999999999999999"])("%o is no whole number", (value) => {
    expect(() => Params.fromForm(`DeviceIndex=${value}`).int("DeviceIndex")).toThrow(
      expect.objectContaining({ code: "InvalidParameterValue" }),
    );
  });

  test("numbers and booleans", () => {
    const params = Params.fromForm("N=-7&T=true&F=False");
    expect([params.int("N"), params.bool("T"), params.bool("F")]).toEqual([-7, true, false]);
    expect([params.int("Absent"), params.bool("Absent")]).toEqual([undefined, undefined]);
  });

  test("a boolean is true or false", () => {
    expect(() => Params.fromForm("DryRun=yes").bool("DryRun")).toThrow(/true or false/);
  });

  test.each(["", "SubnetId="])("a required parameter is missing in %o", (form) => {
    expect(() => Params.fromForm(form).required("SubnetId")).toThrow(
      expect.objectContaining({
        code: "MissingParameter",
        message: "The request must contain the parameter subnetId",
      }),
    );
  });
});

describe("lists and structures", () => {
  test("a list is in numerical order, whatever the order of sending; gaps close up", () => {
    const params = Params.fromForm("SubnetId.10=c&SubnetId.2=b&SubnetId.1=a");
    expect(params.list("SubnetId")).toEqual(["a", "b", "c"]);
    expect(params.list("VpcId")).toEqual([]);
  });

  test("a list of structures with lists", () => {
    const form = "Filter.1.Name=status&Filter.1.Value.1=x&Filter.1.Value.2=y&Filter.2.Name=vpc-id";
    const [first, second] = Params.fromForm(form).structs("Filter");
    expect([first?.text("Name"), first?.list("Value")]).toEqual(["status", ["x", "y"]]);
    expect([second?.text("Name"), second?.list("Value")]).toEqual(["vpc-id", []]);
  });

  test("a structure", () => {
    const attachment = Params.fromForm("Attachment.DeleteOnTermination=true").struct("Attachment");
    expect(attachment.bool("DeleteOnTermination")).toBe(true);
    expect(attachment.names()).toEqual(["DeleteOnTermination"]);
  });

  test("names are those of the top level, once each", () => {
    const params = Params.fromForm("Action=X&Tag.1.Key=a&Tag.2.Key=b");
    expect(params.names()).toEqual(["Action", "Tag"]);
    expect([params.has("Tag"), params.has("Ta")]).toEqual([true, false]);
  });

  test("an index that is no number", () => {
    expect(() => Params.fromForm("SubnetId.member.1=a").list("SubnetId")).toThrow(
      expect.objectContaining({ code: "UnknownParameter" }),
    );
  });
});

test("equal requests have one canonical form, whatever the order", () => {
  const one = Params.fromForm("A=1&B=2&ClientToken=x").canonical(["ClientToken"]);
  const same = Params.fromForm("ClientToken=y&B=2&A=1").canonical(["ClientToken"]);
  const other = Params.fromForm("A=1&B=3").canonical(["ClientToken"]);
  expect(one).toBe(same);
  expect(one).not.toBe(other);
});
