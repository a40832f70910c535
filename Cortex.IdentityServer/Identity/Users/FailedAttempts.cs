namespace Cortex.IdentityServer.Identity.Users;

/// <summary>How often an account may be guessed at, with passwords or with codes.</summary>
internal static class FailedAttempts
{
    /// <summary>Strangers may try no more after this many failures in a row, however long they take over them.</summary>
    public const int MostInARow = 100;
}
