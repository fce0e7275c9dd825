/**
 * Terser behind the minifier of rolldown: it puts more functions where they are used, and orders the others so that gzip
 * finds more alike. Names of members are short by then, and stay as they are.
 *
 * What is called unsafe in its options is sound for these sources: no function is called with `new`, and nobody asks for
 * the `prototype` of one.
 */
import { minify } from 'terser';

const compress = {
  passes: 2,
  hoist_funs: true,
  inline: 1,
  lhs_constants: false,
  unsafe_arrows: true,
  unsafe_methods: true,
};

/** `ecma`: the newest syntax that may be written, as a year. */
export const secondPass = (ecma) => ({
  name: 'second-pass',
  async generateBundle({ format }, bundle) {
    for (const chunk of Object.values(bundle)) {
      const { code } = await minify(chunk.code, {
        // A copy: terser writes the year into it.
        compress: { ...compress },
        ecma,
        module: format === 'es',
        format: { comments: 'some' },
      });
      chunk.code = code;
    }
  },
});
