namespace Cortex.IdentityServer.Identity.Account;

/// <summary>The outcome of turning an account into a tombstone.</summary>
internal abstract record TombstoneResult
{
    private TombstoneResult()
    {
    }

    public sealed record Created : TombstoneResult
    {
        public static readonly Created Instance = new();
    }

    /// <summary>Rows of a table of the database's owner prevent the deletion. Nothing was changed.</summary>
    public sealed record StillReferenced(string Table) : TombstoneResult;

    /// <summary>The server's role may not change a table of the database's owner whose rows go with the account. Nothing was changed.</summary>
    public sealed record NotPermitted : TombstoneResult
    {
        public static readonly NotPermitted Instance = new();
    }
}
