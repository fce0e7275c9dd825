/**
 * What TypeDoc does not know by itself: the examples of `examples/reference`, which the tests run, belong under the methods
 * and events that they show; the base class that the SDK does not export is no news for a reader.
 */
import { Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';
import { readExamples } from '../../scripts/lib/example-regions.mjs';

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    // Each of the string enums is an object, a type and a namespace of types; the object says it all.
    const namespaces = project.getReflectionsByKind(ReflectionKind.Namespace);
    const words = namespaces.filter(({ parent }) => parent?.name === 'RtmStatusCode');
    for (const namespace of words) project.removeReflection(namespace);
  });

  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const examples = readExamples();
    for (const reflection of Object.values(project.reflections)) {
      delete reflection.inheritedFrom;
      delete reflection.overwrites;
      if (reflection.extendedTypes?.some(({ name }) => name === 'BaseClient')) {
        delete reflection.extendedTypes;
        delete reflection.typeHierarchy;
      }
    }
    const shown = new Set();
    for (const signature of project.getReflectionsByKind(ReflectionKind.SomeSignature)) {
      const { parent: member } = signature;
      const name = `${member?.parent?.name}.${member?.name}`;
      const example = examples.get(name) ?? examples.get(`EventEmitter.${member?.name}`);
      // Overloads share what is under the last of them.
      if (!example || member.signatures?.at(-1) !== signature) continue;
      signature.comment ??= new Comment();
      const code = { kind: 'code', text: `\`\`\`js\n${example.code}\n\`\`\`` };
      signature.comment.blockTags.push(new CommentTag('@example', [code]));
      shown.add(name);
    }
    for (const name of examples.keys()) {
      if (!shown.has(name)) app.logger.error(`the example of ${name} is shown nowhere`);
    }
  });
}
