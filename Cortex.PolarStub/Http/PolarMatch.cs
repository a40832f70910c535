namespace Cortex.Polar.Http;

/// <summary>What a method and a path lead to.</summary>
internal abstract record PolarMatch
{
    private PolarMatch()
    {
    }

    public sealed record Found(IReadOnlyDictionary<string, string> Values, bool IsPage, Func<PolarCall, PolarAnswer> Handle) : PolarMatch;

    /// <summary>The route exists under the path that differs in the final slash.</summary>
    public sealed record Elsewhere(string Path) : PolarMatch;

    public sealed record WrongMethod : PolarMatch;

    public sealed record None : PolarMatch;
}
