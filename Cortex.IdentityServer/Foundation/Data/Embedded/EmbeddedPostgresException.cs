namespace Cortex.IdentityServer.Foundation.Data.Embedded;

/// <summary>A failure that a person must act on; the message is one line that says what to do.</summary>
internal class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException(string message, Exception? inner = null)
        : base(message.ReplaceLineEndings(" ").Trim(), inner)
    {
    }
}
