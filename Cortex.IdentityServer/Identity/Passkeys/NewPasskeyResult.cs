namespace Cortex.IdentityServer.Identity.Passkeys;

/// <summary>The outcome of adding a passkey.</summary>
internal abstract record NewPasskeyResult
{
    public sealed record Added(PasskeyResponse Passkey) : NewPasskeyResult;

    /// <summary>The account has as many as one may have.</summary>
    public sealed record TooMany : NewPasskeyResult;

    /// <summary>The session that asks for it has ended meanwhile.</summary>
    public sealed record SessionEnded : NewPasskeyResult;

    /// <summary>The challenge is unknown, too old or used, or was for something else.</summary>
    public sealed record InvalidChallenge : NewPasskeyResult;

    /// <summary>It doesn't answer the challenge, or somebody has it already.</summary>
    public sealed record Refused : NewPasskeyResult;
}
