namespace Cortex.IdentityServer.Features.Usage.Sums;

/// <summary>What the sums list by name, up to a limit for each user and month.</summary>
/// <param name="Code">The value of <c>usage_names.kind</c>.</param>
/// <param name="Column">The column of the sums.</param>
/// <param name="Limit">The number of names, the largest by requests, that a list keeps when it has become twice as long.</param>
/// <param name="Exempt">The SQL literals of names that are always kept and not listed.</param>
internal sealed record NameKind(char Code, string Column, int Limit, string Exempt)
{
    /// <summary>The name under which the sums combine all names that aren't kept.</summary>
    public const string Other = "other";

    /// <summary>Endpoints. Corrections by administrators stay visible however few there are.</summary>
    public static readonly NameKind Endpoint = new('e', "endpoint", 2_000, $"'{Other}', 'adjustment'");

    /// <summary>Providers. The empty string stands for requests without one.</summary>
    public static readonly NameKind Provider = new('p', "provider", 200, $"'{Other}', ''");

    public static NameKind Of(char code) => code == Endpoint.Code ? Endpoint : Provider;
}
