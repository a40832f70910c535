using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>A passkey authenticator inside the browser, whose owner agrees to everything as long as they are there.</summary>
internal sealed class VirtualAuthenticator
{
    private readonly ICDPSession _devTools;
    private readonly string _id;

    private VirtualAuthenticator(ICDPSession devTools, string id) => (_devTools, _id) = (devTools, id);

    /// <summary>Adds an authenticator to one tab.</summary>
    public static async Task<VirtualAuthenticator> AddAsync(IPage page)
    {
        var devTools = await page.Context.NewCDPSessionAsync(page);
        await devTools.SendAsync("WebAuthn.enable");
        var options = new Dictionary<string, object>
        {
            ["protocol"] = "ctap2",
            ["transport"] = "internal",
            ["hasResidentKey"] = true,
            ["hasUserVerification"] = true,
            ["isUserVerified"] = true,
        };
        var added = await devTools.SendAsync("WebAuthn.addVirtualAuthenticator", new() { ["options"] = options });
        return new(devTools, added!.Value.GetProperty("authenticatorId").GetString()!);
    }

    /// <summary>Has the owner go away, so that requests wait, or come back.</summary>
    public Task SetPresenceAsync(bool isPresent) =>
        _devTools.SendAsync("WebAuthn.setAutomaticPresenceSimulation", new() { ["authenticatorId"] = _id, ["enabled"] = isPresent });

    public async Task<int> CountPasskeysAsync()
    {
        var answer = await _devTools.SendAsync("WebAuthn.getCredentials", new() { ["authenticatorId"] = _id });
        return answer!.Value.GetProperty("credentials").GetArrayLength();
    }
}
