namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>Thrown when the operator has to act. The message says what to do, in one line.</summary>
internal class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException(string message, Exception? inner = null)
        : base(message.ReplaceLineEndings(" ").Trim(), inner)
    {
    }
}
