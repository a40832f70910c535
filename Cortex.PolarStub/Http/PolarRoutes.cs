namespace Cortex.Polar.Http;

/// <summary>The routes. As at Polar, a path with a final slash isn't the same as the path without it.</summary>
internal sealed class PolarRoutes
{
    private readonly List<(string Method, string[] Segments, bool IsPage, Func<PolarCall, PolarAnswer> Handle)> _routes = [];

    /// <summary>Adds a route of the API, which needs the access token.</summary>
    /// <param name="method">The method.</param>
    /// <param name="template">The path, with values in braces.</param>
    /// <param name="handle">What answers.</param>
    public void Add(string method, string template, Func<PolarCall, PolarAnswer> handle) => _routes.Add((method, template.Split('/'), false, handle));

    /// <summary>Adds a page, which a browser opens without the access token.</summary>
    /// <inheritdoc cref="Add"/>
    public void AddPage(string method, string template, Func<PolarCall, PolarAnswer> handle) => _routes.Add((method, template.Split('/'), true, handle));

    public PolarMatch Find(string method, string path)
    {
        if (Match(method, path) is { } found)
        {
            return found;
        }

        var toggled = Toggle(path);
        return toggled.Length > 0 && Match(method, toggled) is not null ? new PolarMatch.Elsewhere(toggled) : new PolarMatch.None();
    }

    /// <summary>The same path without its final slash, or with one.</summary>
    public static string Toggle(string path) => path.EndsWith('/') ? path[..^1] : path + "/";

    private PolarMatch? Match(string method, string path)
    {
        var segments = path.Split('/');
        PolarMatch? match = null;
        foreach (var route in _routes)
        {
            if (Values(route.Segments, segments) is { } values)
            {
                if (route.Method == method)
                {
                    return new PolarMatch.Found(values, route.IsPage, route.Handle);
                }

                match = new PolarMatch.WrongMethod();
            }
        }

        return match;
    }

    private static Dictionary<string, string>? Values(string[] template, string[] segments)
    {
        if (template.Length != segments.Length)
        {
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (expected, segment) in template.Zip(segments))
        {
            if (expected is ['{', .. var name, '}'])
            {
                if (segment.Length == 0)
                {
                    return null;
                }

                values[name] = Uri.UnescapeDataString(segment);
            }
            else if (expected != segment)
            {
                return null;
            }
        }

        return values;
    }
}
