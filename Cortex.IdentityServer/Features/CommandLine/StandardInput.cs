using System.IO.Pipelines;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Opens standard input as a stream whose reads can be canceled. The system's own reads ignore the token and block until input arrives.</summary>
internal static class StandardInput
{
    public static Stream Open()
    {
        var pipe = new Pipe();
        _ = CopyAsync(pipe.Writer);
        return pipe.Reader.AsStream();
    }

    private static async Task CopyAsync(PipeWriter writer)
    {
        Exception? failure = null;
        try
        {
            await using var input = Console.OpenStandardInput();
            await input.CopyToAsync(writer);
        }
        catch (IOException unreadable)
        {
            failure = unreadable;
        }

        await writer.CompleteAsync(failure);
    }
}
