// Bundles the widget into one file, with the licences of what is in it.
import { build } from "esbuild";

await build({
  entryPoints: ["src/element.js"],
  outfile: "../static/widget/cairn-path.js",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "eof",
  logLevel: "warning",
});
