namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>bcrypt in C#, which works everywhere and takes 20% longer than the native one.</summary>
internal sealed class ManagedBcrypt : BcryptEngine
{
    public override string Name => "BCrypt.Net";

    protected override string Compute(string text, string setting) => BCrypt.Net.BCrypt.HashPassword(text, setting);
}
