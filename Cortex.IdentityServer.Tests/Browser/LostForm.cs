namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>
/// A form and how it is used. <c>{id}</c> and <c>{email}</c> stand for a user, <c>{new}</c> for an unused email, and <c>{event}</c> for an unmatched billing
/// event.
/// </summary>
/// <param name="Path">The page.</param>
/// <param name="Fields">What is entered: the label of each field, and a text, an option, or <see cref="Checked"/>.</param>
/// <param name="Button">The button that sends the form.</param>
/// <param name="Done">What the page says once the server has received the form.</param>
internal sealed record LostForm(string Path, (string Label, string Value)[] Fields, string Button, string Done)
{
    public const string Checked = "✓";

    /// <summary>The button that opens the form, if it is in a dialog.</summary>
    public string? Opener { get; init; }
}
