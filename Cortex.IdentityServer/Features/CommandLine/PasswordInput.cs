using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Reads the password for a new account from standard input, or generates one.</summary>
internal static class PasswordInput
{
    /// <summary>Excludes letters and digits that look alike. 24 characters carry 139 bits of entropy.</summary>
    private const string Alphabet = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

    private const int Length = 24;

    /// <summary>How long the command waits for input before it tells the operator that it is waiting.</summary>
    private static readonly TimeSpan PromptDelay = TimeSpan.FromSeconds(3);

    public static string Generate() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>The first line of standard input, without its line end; null if standard input is a terminal or is empty.</summary>
    /// <exception cref="CommandFailedException">The line isn't valid UTF-8.</exception>
    public static async Task<string?> ReadAsync(CancellationToken stop)
    {
        if (!Console.IsInputRedirected)
        {
            return null;
        }

        try
        {
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);
            using var reader = new StreamReader(Console.OpenStandardInput(), strict, detectEncodingFromByteOrderMarks: false);
            var line = reader.ReadLineAsync(CancellationToken.None).AsTask();
            if (await Task.WhenAny(line, Task.Delay(PromptDelay, stop)) != line)
            {
                stop.ThrowIfCancellationRequested();
                await Console.Error.WriteLineAsync("Waiting for the password on standard input. To have one generated, use < /dev/null.");
            }

            return await line.WaitAsync(stop);
        }
        catch (DecoderFallbackException failure)
        {
            throw new CommandFailedException("The password on standard input must be UTF-8.", failure);
        }
    }
}
