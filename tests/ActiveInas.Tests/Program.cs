using ActiveInas;
using ActiveInas.Data;
using ActiveInas.Data.Downloads;
using ActiveInas.Data.Images;
using ActiveInas.Data.Trees;

// What DecodeJournalTests runs in a process of its own: it reads a folder with a decoder that ends the process at a file of one colour, always or once.
string folder = args[0];
string cache = args[1];
string? once = args.Length > 2 ? args[2] : null;
SourceContext context = new(new DataRequest(folder, Unlabelled: true), new DataFiles(null, new DataEnvironment(null, null, cache), null), new Teller(), CancellationToken.None, cache)
{
    Decode = (file, side) =>
    {
        DecodedImage image = ImageDecoder.Decode(file, side);
        if (image.Rgb[0] == 66 && (once is null || File.Exists(once)))
        {
            if (once is not null)
            {
                File.Delete(once);
            }

            System.Diagnostics.Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite);
        }

        return image;
    },
};
Dataset data = await new PathSource(folder).LoadAsync(context);
Console.WriteLine($"read {string.Join(' ', data.Train.Names)}");
foreach (DataProblem problem in data.Problems)
{
    Console.WriteLine($"problem {problem}");
}

/// <summary>Prints notices.</summary>
internal sealed class Teller : IProgress<ProgressEvent>
{
    public void Report(ProgressEvent value)
    {
        if (value is Notice notice)
        {
            Console.WriteLine(notice.Message);
        }
    }
}
