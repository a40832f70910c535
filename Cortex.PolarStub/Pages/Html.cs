using System.Text.Encodings.Web;

namespace Cortex.Polar.Pages;

/// <summary>Plain HTML for the stub's pages.</summary>
internal static class Html
{
    public static string Text(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    /// <summary>A page with a heading and paragraphs that are already HTML.</summary>
    public static string Page(string title, params string[] content) =>
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>{{Text(title)}} (stub of Polar)</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; width: 100%; }
        th, td { border-bottom: 1px solid #ddd; padding: .3rem .5rem .3rem 0; text-align: left; vertical-align: top; }
        form { display: inline-block; margin: 0 .3rem .3rem 0; }
        small { color: #666; }
        </style>
        </head>
        <body>
        <p><small>This is a stub of Polar for development. No money moves.</small></p>
        <h1>{{Text(title)}}</h1>
        {{string.Join('\n', content)}}
        </body>
        </html>

        """;

    /// <summary>A form with one button and the values that it sends.</summary>
    public static string Button(string action, string label, params (string Name, string Value)[] values) =>
        $"<form method=\"post\" action=\"{Text(action)}\">{string.Concat(values.Select(Hidden))}<button>{Text(label)}</button></form>";

    private static string Hidden((string Name, string Value) value) =>
        $"<input type=\"hidden\" name=\"{Text(value.Name)}\" value=\"{Text(value.Value)}\">";
}
