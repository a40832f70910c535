using System.IO.Pipelines;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary>Standard input as a stream whose readers can give up: a read of the system's own waits for the other end whatever happens.</summary>
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
