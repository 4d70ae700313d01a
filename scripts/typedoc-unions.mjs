// A typedoc plugin: what a union's variants and their members mean is said where the union is documented, so two kinds of members
// need no comment of their own: the literal that tells variants apart, and members of variants without a name.
import { Comment, Converter, LiteralType, ReflectionKind, UnionType } from "typedoc";

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const property of project.getReflectionsByKind(ReflectionKind.Property)) {
      const types = property.type instanceof UnionType ? property.type.types : [property.type];
      const discriminant = types.every((type) => type instanceof LiteralType);
      const inVariant = property.parent?.kindOf(ReflectionKind.TypeLiteral) === true;
      if (!property.hasComment() && (discriminant || inVariant)) property.comment = new Comment([{ kind: "text", text: " " }]);
    }
  });
}
