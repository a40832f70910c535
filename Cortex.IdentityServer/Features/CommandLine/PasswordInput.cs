using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>The password of an account that the operator makes: given by standard input, or made.</summary>
internal static class PasswordInput
{
    /// <summary>Without letters and digits that are taken for each other on paper: 24 of them are 139 bits.</summary>
    private const string Alphabet = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

    private const int Length = 24;

    /// <summary>After it somebody who waits for the command is told that it waits for them.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>The first line of standard input, without its end; null where that is a terminal, or has nothing in it.</summary>
    /// <exception cref="CommandFailedException">It is no UTF-8.</exception>
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
            if (await Task.WhenAny(line, Task.Delay(Silence, stop)) != line)
            {
                stop.ThrowIfCancellationRequested();
                await Console.Error.WriteLineAsync("Waiting for the password on standard input. With < /dev/null, one is generated.");
            }

            return await line.WaitAsync(stop);
        }
        catch (DecoderFallbackException failure)
        {
            throw new CommandFailedException("The password on standard input must be UTF-8.", failure);
        }
    }
}
