//! One page that holds everything it needs and fetches nothing: the picture with search, zoom and what depends on
//! what. Names stand in it as text alone.

use super::svg::picture;
use trueup_engine::Drawing;

const GRAPH_STYLE: &str = include_str!("graph.css");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing from elsewhere, and nothing sent.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page.
pub fn text(drawing: &Drawing) -> String {
    let (width, height, inner) = picture(drawing);
    format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">
<title>Resources and what depends on what</title>
<style>
{GRAPH_STYLE}{STYLE}</style>
</head>
<body>
<header><input type=\"search\" placeholder=\"Search (/)\" aria-label=\"Search by address or action\"><button type=\"button\" aria-label=\"Zoom in\">+</button><button type=\"button\" aria-label=\"Zoom out\">−</button><button type=\"button\">Fit</button><output></output></header>
<main>
<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" viewBox=\"0 0 {width} {height}\" aria-label=\"Resources and what depends on what\">
{inner}</svg>
</main>
<aside aria-live=\"polite\"></aside>
<script>
{SCRIPT}</script>
</body>
</html>
"
    )
}
