<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About PT2K</source>
        <translation>关于 PT2K</translation>
    </message>
    <message>
        <source>Turns a PyTorch model into a Keras model and proves that the two are the same.</source>
        <translation>把 PyTorch 模型变成 Keras 模型，并证明两者相同。</translation>
    </message>
    <message>
        <source>Component</source>
        <translation>组件</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>MIT license. MNIST by Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0. Icons: Lucide, ISC license. PT2K sends nothing, and downloads only published weights that you ask for.</source>
        <translation>MIT 许可证。MNIST 由 Y. LeCun、C. Cortes 和 C. Burges 制作，CC BY-SA 3.0。图标：Lucide，ISC 许可证。PT2K 不发送任何内容，只下载你要求的公开权重。</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Show the crash log</source>
        <translation>显示崩溃日志</translation>
    </message>
</context>
<context>
    <name>BatchPage</name>
    <message>
        <source>Many models</source>
        <translation>批量转换</translation>
    </message>
    <message>
        <source>Each is converted with the inputs that its file proposes and compared with PyTorch. One that fails stops no other.</source>
        <translation>每个模型都按其文件建议的输入转换，并与 PyTorch 比较。一个失败不会影响其他模型。</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Largest difference</source>
        <translation>最大差异</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Drop models or folders here, or add them below.</source>
        <translation>将模型或文件夹拖放到此处，或在下方添加。</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>添加文件</translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Formats</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Conversion</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>Axis order</source>
        <translation>轴顺序</translation>
    </message>
    <message>
        <source>Keras: channels last</source>
        <translation>Keras：通道在后</translation>
    </message>
    <message>
        <source>PyTorch: every axis stays</source>
        <translation>PyTorch：各轴不变</translation>
    </message>
    <message>
        <source>Keep trainable</source>
        <translation>保持可训练</translation>
    </message>
    <message>
        <source>BatchNorm and Dropout stay layers</source>
        <translation>BatchNorm 和 Dropout 保留为层</translation>
    </message>
    <message>
        <source>Models at the same time</source>
        <translation>同时转换的模型数</translation>
    </message>
    <message>
        <source>Each takes two processes; they share the memory limit</source>
        <translation>每个模型占用两个进程；它们共享内存上限</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Save as a pipeline file</source>
        <translation>保存为流水线文件</translation>
    </message>
    <message>
        <source>pt2k run does the same again</source>
        <translation>pt2k run 会重做同样的事</translation>
    </message>
    <message>
        <source>Run again what failed</source>
        <translation>重新运行失败项</translation>
    </message>
    <message>
        <source>Convert all</source>
        <translation>全部转换</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>These files already exist:
{0}</source>
        <translation>这些文件已存在：
{0}</translation>
    </message>
    <message>
        <source>Replace files?</source>
        <translation>替换文件？</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>{0} was written.</source>
        <translation>已写入 {0}。</translation>
    </message>
    <message>
        <source>to do</source>
        <translation>待办</translation>
    </message>
    <message>
        <source>running, {0} %</source>
        <translation>运行中，{0} %</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>different answers</source>
        <translation>答案不同</translation>
    </message>
    <message>
        <source>same answers</source>
        <translation>答案相同</translation>
    </message>
    <message>
        <source>{0} of {1} models give the same answers.</source>
        <translation>{1} 个模型中有 {0} 个给出相同的答案。</translation>
    </message>
    <message>
        <source>Different answers: {0}.</source>
        <translation>答案不同：{0}。</translation>
    </message>
    <message>
        <source>Failed: {0}.</source>
        <translation>失败：{0}。</translation>
    </message>
</context>
<context>
    <name>BottomBar</name>
    <message>
        <source>&amp;Log</source>
        <translation>日志(&amp;L)</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>上一步(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation>下一步(&amp;N)</translation>
    </message>
    <message>
        <source>about {0} left</source>
        <translation>约剩 {0}</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>Is it the same?</source>
        <translation>结果相同吗？</translation>
    </message>
    <message>
        <source>The same samples go through PyTorch, ONNX Runtime and Keras.</source>
        <translation>同样的样本分别通过 PyTorch、ONNX Runtime 和 Keras。</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Graph</source>
        <translation>计算图</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>摘要</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>尚未检查</translation>
    </message>
    <message>
        <source>Choose the samples and run the check.</source>
        <translation>选择样本并运行检查。</translation>
    </message>
    <message>
        <source>&amp;Check</source>
        <translation>检查(&amp;C)</translation>
    </message>
    <message>
        <source>as many as fit</source>
        <translation>尽可能多</translation>
    </message>
    <message>
        <source>Keras trains differently.</source>
        <translation>Keras 的训练结果不同。</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source> samples</source>
        <translation> 个样本</translation>
    </message>
    <message>
        <source>How many samples</source>
        <translation>样本数量</translation>
    </message>
    <message>
        <source>Comparing the backends</source>
        <translation>正在比较各后端</translation>
    </message>
    <message>
        <source>{0} more</source>
        <translation>另有 {0} 个</translation>
    </message>
    <message>
        <source>The check was cancelled.</source>
        <translation>检查已取消。</translation>
    </message>
    <message>
        <source>Run it again whenever you like.</source>
        <translation>可随时重新运行。</translation>
    </message>
    <message>
        <source>Out of date</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>These results were measured before the last change. Check again.</source>
        <translation>这里显示的是上次更改之前的结果。请重新检查。</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>正在比较</translation>
    </message>
    <message>
        <source>PyTorch, ONNX Runtime and Keras get the same samples.</source>
        <translation>PyTorch、ONNX Runtime 和 Keras 使用相同的样本。</translation>
    </message>
    <message>
        <source>The model has {0} parameters, so the check takes a while. Start it when you like.</source>
        <translation>模型有 {0} 个参数，检查需要一段时间。请在方便时开始。</translation>
    </message>
    <message>
        <source>Reading the drawing</source>
        <translation>正在识别绘图</translation>
    </message>
    <message>
        <source>Computing the layer</source>
        <translation>正在计算该层</translation>
    </message>
    <message>
        <source>Timing the backends</source>
        <translation>正在测量各后端的速度</translation>
    </message>
</context>
<context>
    <name>ConversionState</name>
    <message>
        <source>{0} parameters</source>
        <translation>{0} 个参数</translation>
    </message>
    <message>
        <source>1 parameter</source>
        <translation>1 个参数</translation>
    </message>
    <message>
        <source>{0} layers</source>
        <translation>{0} 层</translation>
    </message>
    <message>
        <source>1 layer</source>
        <translation>1 层</translation>
    </message>
    <message>
        <source>the same answers</source>
        <translation>结果相同</translation>
    </message>
    <message>
        <source>trains differently</source>
        <translation>训练结果不同</translation>
    </message>
    <message>
        <source>different answers</source>
        <translation>结果不同</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>1 个文件</translation>
    </message>
    <message>
        <source>{0} files</source>
        <translation>{0} 个文件</translation>
    </message>
</context>
<context>
    <name>ConvertPage</name>
    <message>
        <source>Convert</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>The model is exported to ONNX, checked in ONNX Runtime, and rebuilt from Keras&apos;s own layers.</source>
        <translation>模型先导出为 ONNX，在 ONNX Runtime 中检查，再用 Keras 自带的层重建。</translation>
    </message>
    <message>
        <source>Conversion</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>阶段</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>The table shows what each ONNX operator became.</source>
        <translation>此表列出每个 ONNX 算子变成了什么。</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>&amp;Convert</source>
        <translation>转换(&amp;C)</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Becomes</source>
        <translation>变为</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Export to ONNX</source>
        <translation>导出为 ONNX</translation>
    </message>
    <message>
        <source>Check the ONNX file</source>
        <translation>检查 ONNX 文件</translation>
    </message>
    <message>
        <source>Compare with PyTorch</source>
        <translation>与 PyTorch 比较</translation>
    </message>
    <message>
        <source>Build the Keras model</source>
        <translation>构建 Keras 模型</translation>
    </message>
    <message>
        <source>Write the .keras file</source>
        <translation>写入 .keras 文件</translation>
    </message>
    <message>
        <source>PT2K (Keras&apos;s own layers)</source>
        <translation>PT2K（Keras 自带的层）</translation>
    </message>
    <message>
        <source>onnx2keras (for comparison)</source>
        <translation>onnx2keras（用于对比）</translation>
    </message>
    <message>
        <source>Keep the model trainable: BatchNorm and Dropout stay layers</source>
        <translation>保持模型可训练：BatchNorm 和 Dropout 仍是层</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>out of date</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>{0} Keras layers, {1} parameters, {2} transposes</source>
        <translation>{0} 个 Keras 层，{1} 个参数，{2} 次转置</translation>
    </message>
    <message>
        <source>{0}; {1} ONNX operations were computed during the conversion</source>
        <translation>{0}；{1} 个 ONNX 运算在转换时已计算</translation>
    </message>
    <message>
        <source>Before the last change: {0}</source>
        <translation>上次更改之前：{0}</translation>
    </message>
    <message>
        <source>These results are from before the last change.</source>
        <translation>这些结果来自上次更改之前。</translation>
    </message>
    <message>
        <source>Converted: {0}, made of Keras&apos;s own layers.</source>
        <translation>已转换：{0}，全部由 Keras 自带的层构成。</translation>
    </message>
    <message>
        <source>Convert again.</source>
        <translation>请重新转换。</translation>
    </message>
    <message>
        <source>Exporting to ONNX</source>
        <translation>正在导出为 ONNX</translation>
    </message>
    <message>
        <source>Building the Keras model</source>
        <translation>正在构建 Keras 模型</translation>
    </message>
    <message>
        <source>not needed for this model</source>
        <translation>此模型不需要</translation>
    </message>
    <message>
        <source>Converted, but {0} Lambda layers can&apos;t be opened elsewhere.</source>
        <translation>已转换，但有 {0} 个 Lambda 层无法在别处打开。</translation>
    </message>
    <message>
        <source>unsupported</source>
        <translation>不支持</translation>
    </message>
    <message>
        <source>&amp;Convert again</source>
        <translation>重新转换(&amp;C)</translation>
    </message>
    <message>
        <source>to do</source>
        <translation>待办</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>The conversion was cancelled.</source>
        <translation>转换已取消。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>没有任何更改。</translation>
    </message>
</context>
<context>
    <name>CrashLogDialog</name>
    <message>
        <source>Crash log</source>
        <translation>崩溃日志</translation>
    </message>
    <message>
        <source>Unexpected errors, the latest run first. The log stays on this computer.</source>
        <translation>PT2K 未预料到的错误，最近一次运行在前。内容只保留在这台电脑上。</translation>
    </message>
    <message>
        <source>Nothing has gone wrong so far: the crash log is empty.</source>
        <translation>目前一切正常：崩溃日志为空。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Open the log folder</source>
        <translation>打开日志文件夹</translation>
    </message>
</context>
<context>
    <name>DetailsPanel</name>
    <message>
        <source>The chosen part</source>
        <translation>所选部分</translation>
    </message>
    <message>
        <source>Choose a part to see its shapes, attributes and weights on both sides.</source>
        <translation>选择一个部分，查看它在两侧的形状、属性和权重。</translation>
    </message>
    <message>
        <source>Arrows follow the edges, Enter expands and collapses, + and - zoom, 0 shows everything, / searches.</source>
        <translation>方向键沿边移动，Enter 折叠或展开，+ 和 - 缩放，0 显示全部，/ 搜索。</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类</translation>
    </message>
    <message>
        <source>Alike blocks</source>
        <translation>相同的块</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>部分</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Largest difference</source>
        <translation>最大差异</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>{0} relative, departs</source>
        <translation>相对 {0}，出现偏差</translation>
    </message>
    <message>
        <source>{0} relative</source>
        <translation>相对 {0}</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>模块</translation>
    </message>
    <message>
        <source>Goes in</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Comes out</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
</context>
<context>
    <name>DiagnosticsDialog</name>
    <message>
        <source>Diagnostics</source>
        <translation>诊断信息</translation>
    </message>
    <message>
        <source>Versions, system and the last lines of the logs, for a bug report. Only this text is copied.</source>
        <translation>用于错误报告的版本、系统信息和日志的最后几行。只会复制此处显示的文字。</translation>
    </message>
    <message>
        <source>Include folders and the user&apos;s name</source>
        <translation>包含文件夹和用户名</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>DiffDialog</name>
    <message>
        <source>Compare two files</source>
        <translation>比较两个文件</translation>
    </message>
    <message>
        <source>Left file</source>
        <translation>左侧文件</translation>
    </message>
    <message>
        <source>Right file</source>
        <translation>右侧文件</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>比较结果</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>左侧</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>右侧</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>不同之处</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>相对</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Largest difference</source>
        <translation>最大差异</translation>
    </message>
    <message>
        <source>Graph</source>
        <translation>计算图</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Choose two files: .onnx, .keras or .tflite.</source>
        <translation>请选择两个文件：.onnx、.keras 或 .tflite。</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>Comparing the files</source>
        <translation>正在比较文件</translation>
    </message>
</context>
<context>
    <name>DigitGrid</name>
    <message>
        <source>Samples with each backend&apos;s answer; the arrow keys choose one</source>
        <translation>样本及各后端的结果；用方向键选择</translation>
    </message>
    <message>
        <source>Previous samples</source>
        <translation>上一页样本</translation>
    </message>
    <message>
        <source>Next samples</source>
        <translation>下一页样本</translation>
    </message>
    <message>
        <source>Show only samples for which a backend gives a different answer than the first one.</source>
        <translation>只显示某个后端的结果与第一个后端不同的样本。</translation>
    </message>
    <message>
        <source>Show only samples whose answer is not the true label; the conversion may still be right.</source>
        <translation>只显示结果与真实标签不符的样本；转换仍可能是正确的。</translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation>差异大的在前</translation>
    </message>
    <message>
        <source>Rows and columns</source>
        <translation>行数和列数</translation>
    </message>
    <message>
        <source>{0} to {1} of {2}</source>
        <translation>第 {0} 到 {1} 个，共 {2} 个</translation>
    </message>
    <message>
        <source>Answers:</source>
        <translation>答案：</translation>
    </message>
    <message>
        <source>Disagreements ({0})</source>
        <translation>不一致（{0}）</translation>
    </message>
    <message>
        <source>Wrong ({0})</source>
        <translation>错误（{0}）</translation>
    </message>
</context>
<context>
    <name>DrawPad</name>
    <message>
        <source>Draw a digit</source>
        <translation>画一个数字</translation>
    </message>
    <message>
        <source>Draw a digit here</source>
        <translation>在此画一个数字</translation>
    </message>
</context>
<context>
    <name>DropArea</name>
    <message>
        <source>Drop PyTorch or ONNX files here</source>
        <translation>将 PyTorch 或 ONNX 文件拖放到此处</translation>
    </message>
    <message>
        <source>.pt2  .pt  .pth  .ckpt  .safetensors  .onnx</source>
        <translation>.pt2  .pt  .pth  .ckpt  .safetensors  .onnx</translation>
    </message>
    <message>
        <source>&amp;Browse</source>
        <translation>浏览(&amp;B)</translation>
    </message>
    <message>
        <source>From a package</source>
        <translation>来自软件包</translation>
    </message>
    <message>
        <source>A model of timm, torchvision or another package, by its name</source>
        <translation>按名称使用 timm、torchvision 或其他软件包中的模型</translation>
    </message>
</context>
<context>
    <name>Folded</name>
    <message>
        <source>folded into {0}</source>
        <translation>已合并到 {0}</translation>
    </message>
    <message>
        <source>not needed when predicting</source>
        <translation>推理时不需要</translation>
    </message>
    <message>
        <source>converted</source>
        <translation>已转换</translation>
    </message>
    <message>
        <source>folded</source>
        <translation>已合并</translation>
    </message>
</context>
<context>
    <name>FormatRow</name>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Copy snippet</source>
        <translation>复制代码片段</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>完全一致</translation>
    </message>
    <message>
        <source>fails</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Time for a single sample; answers that match the Keras model&apos;s; correct answers.</source>
        <translation>单个样本所需时间；与 Keras 模型相同的答案；正确的答案。</translation>
    </message>
    <message>
        <source>{0} ms</source>
        <translation>{0} 毫秒</translation>
    </message>
    <message>
        <source>{0} same</source>
        <translation>{0} 相同</translation>
    </message>
    <message>
        <source>accuracy {0}</source>
        <translation>准确率 {0}</translation>
    </message>
    <message>
        <source>accuracy {0}, was {1}</source>
        <translation>准确率 {0}，原为 {1}</translation>
    </message>
    <message>
        <source>{0} on the first {1} samples</source>
        <translation>{0}（前 {1} 个样本）</translation>
    </message>
</context>
<context>
    <name>Graph</name>
    <message>
        <source>Difference</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Size of the output</source>
        <translation>输出大小</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>up to {0} relative</source>
        <translation>相对差异不超过 {0}</translation>
    </message>
    <message>
        <source>departs</source>
        <translation>出现偏差</translation>
    </message>
    <message>
        <source>little</source>
        <translation>少</translation>
    </message>
    <message>
        <source>difference {0}</source>
        <translation>差异 {0}</translation>
    </message>
    <message>
        <source>{0} parts</source>
        <translation>{0} 个部分</translation>
    </message>
    <message>
        <source>Arranging the graph</source>
        <translation>正在排列计算图</translation>
    </message>
    <message>
        <source>Reading the weights</source>
        <translation>正在读取权重</translation>
    </message>
</context>
<context>
    <name>GraphDialog</name>
    <message>
        <source>Graph of {0}</source>
        <translation>{0} 的计算图</translation>
    </message>
    <message>
        <source>Reading the graph</source>
        <translation>正在读取计算图</translation>
    </message>
</context>
<context>
    <name>GraphTab</name>
    <message>
        <source>Convert the model to see its graph.</source>
        <translation>转换模型后可查看它的计算图。</translation>
    </message>
    <message>
        <source>Reading the graphs</source>
        <translation>正在读取计算图</translation>
    </message>
    <message>
        <source>Check the model first: its samples are run to measure the time.</source>
        <translation>请先检查模型：测量时间需要运行其样本。</translation>
    </message>
    <message>
        <source>Measuring the time of each part</source>
        <translation>正在测量各部分的时间</translation>
    </message>
</context>
<context>
    <name>GraphTools</name>
    <message>
        <source>Search; Enter finds the next</source>
        <translation>搜索；按 Enter 查找下一个</translation>
    </message>
    <message>
        <source>Search the graph</source>
        <translation>搜索计算图</translation>
    </message>
    <message>
        <source>Color by</source>
        <translation>着色依据</translation>
    </message>
    <message>
        <source>First departing layer</source>
        <translation>第一个出现偏差的层</translation>
    </message>
    <message>
        <source>Collapse all</source>
        <translation>全部折叠</translation>
    </message>
    <message>
        <source>Expand all</source>
        <translation>全部展开</translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Save or copy the picture</source>
        <translation>保存或复制图片</translation>
    </message>
</context>
<context>
    <name>GraphView</name>
    <message>
        <source>{0}: {1} parts, {2} more folded into them</source>
        <translation>{0}：{1} 个部分，另有 {2} 个已合并到其中</translation>
    </message>
    <message>
        <source>{0}: {1} parts</source>
        <translation>{0}：{1} 个部分</translation>
    </message>
    <message>
        <source>{0}: {1} parts, {2} parameters</source>
        <translation>{0}：{1} 个部分，{2} 个参数</translation>
    </message>
    <message>
        <source>Arranging the graph</source>
        <translation>正在排列计算图</translation>
    </message>
    <message>
        <source>No layer departs.</source>
        <translation>没有层出现偏差。</translation>
    </message>
    <message>
        <source>{0} found</source>
        <translation>找到 {0} 个</translation>
    </message>
    <message>
        <source>Save as SVG, PNG or PDF</source>
        <translation>保存为 SVG、PNG 或 PDF</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>复制为文本</translation>
    </message>
    <message>
        <source>Save the graph</source>
        <translation>保存计算图</translation>
    </message>
    <message>
        <source>Pictures (*.svg *.png *.pdf)</source>
        <translation>图片 (*.svg *.png *.pdf)</translation>
    </message>
    <message>
        <source>Saved: {0}</source>
        <translation>已保存：{0}</translation>
    </message>
</context>
<context>
    <name>GuideWindow</name>
    <message>
        <source>Guide</source>
        <translation>指南</translation>
    </message>
    <message>
        <source>Search the guide (Ctrl+F)</source>
        <translation>搜索指南（Ctrl+F）</translation>
    </message>
    <message>
        <source>Search the guide</source>
        <translation>搜索指南</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>目录</translation>
    </message>
    <message>
        <source>Results of the search</source>
        <translation>搜索结果</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>后退</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>前进</translation>
    </message>
    <message>
        <source>{0} places</source>
        <translation>{0} 处</translation>
    </message>
    <message>
        <source>1 place</source>
        <translation>1 处</translation>
    </message>
    <message>
        <source>Nothing was found.</source>
        <translation>没有找到任何内容。</translation>
    </message>
</context>
<context>
    <name>HistoryDialog</name>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Every conversion that was saved here or on the command line is kept with its report.</source>
        <translation>在此处或命令行中保存过的每次转换都连同报告一起保留。</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search for names, files, options</source>
        <translation>搜索名称、文件、选项</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>Largest difference</source>
        <translation>最大差异</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>不同之处</translation>
    </message>
    <message>
        <source>Open the model again</source>
        <translation>重新打开模型</translation>
    </message>
    <message>
        <source>Show the files</source>
        <translation>显示文件</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Choose two lines</source>
        <translation>请选择两行</translation>
    </message>
    <message>
        <source>Export the report</source>
        <translation>导出报告</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>删除记录</translation>
    </message>
    <message>
        <source>Clean up</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The history was damaged and begins anew; the old file is kept as {0}.</source>
        <translation>历史记录已损坏，将重新开始；旧文件保留为 {0}。</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>未找到。</translation>
    </message>
    <message>
        <source>Nothing was saved yet.</source>
        <translation>尚未保存过任何转换。</translation>
    </message>
    <message>
        <source>not checked</source>
        <translation>未检查</translation>
    </message>
    <message>
        <source>same answers</source>
        <translation>答案相同</translation>
    </message>
    <message>
        <source>different answers</source>
        <translation>答案不同</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>正在写入报告</translation>
    </message>
    <message>
        <source>The report was written to {0}.</source>
        <translation>报告已写入 {0}。</translation>
    </message>
    <message>
        <source>Conversions older than {0} days are forgotten, and the oldest beyond {1} MB of reports. Saved files stay.</source>
        <translation>将删除早于 {0} 天的记录，以及超出 {1} MB 报告的最早记录。已保存的文件不受影响。</translation>
    </message>
    <message>
        <source>Clean up the history?</source>
        <translation>清理历史记录？</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>{0} conversions were forgotten.</source>
        <translation>已删除 {0} 条转换记录。</translation>
    </message>
    <message>
        <source>1 conversion was forgotten.</source>
        <translation>已删除 1 条转换记录。</translation>
    </message>
</context>
<context>
    <name>ImageForm</name>
    <message>
        <source>How the images are prepared</source>
        <translation>图像的预处理方式</translation>
    </message>
    <message>
        <source>As they were prepared for training. Pixels are scaled to [0, 1] first.</source>
        <translation>与训练模型时相同。像素首先缩放到 [0, 1]。</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Red, green, blue</source>
        <translation>红、绿、蓝</translation>
    </message>
    <message>
        <source>Blue, green, red</source>
        <translation>蓝、绿、红</translation>
    </message>
    <message>
        <source>Stretched to fit</source>
        <translation>拉伸到该尺寸</translation>
    </message>
    <message>
        <source>Cropped from the center, in proportion</source>
        <translation>按比例从中间裁剪</translation>
    </message>
    <message>
        <source>None: classes are shown by number</source>
        <translation>无：类别以编号显示</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Height and width</source>
        <translation>高和宽</translation>
    </message>
    <message>
        <source>Images are</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Class names</source>
        <translation>类别名称</translation>
    </message>
    <message>
        <source>Prepare by a list of steps</source>
        <translation>按步骤列表预处理</translation>
    </message>
    <message>
        <source>Steps and pictures</source>
        <translation>步骤与图片</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>The {0} needs one number, or one for each of the {1} channels.</source>
        <translation>{0}需要一个数，或者为 {1} 个通道各给一个数。</translation>
    </message>
    <message>
        <source>The standard deviation must be above 0.</source>
        <translation>标准差必须大于 0。</translation>
    </message>
    <message>
        <source>Text and JSON (*.txt *.json *.names *.labels);;All files (*)</source>
        <translation>文本和 JSON (*.txt *.json *.names *.labels);;所有文件 (*)</translation>
    </message>
</context>
<context>
    <name>InputPage</name>
    <message>
        <source>What goes in?</source>
        <translation>输入什么？</translation>
    </message>
    <message>
        <source>A number is a fixed size; a word, such as batch, is a size that stays dynamic. After each change the model is run once on random values.</source>
        <translation>数字表示固定尺寸；batch 之类的词表示保持动态的尺寸。每次更改后，模型都会用随机值运行一次。</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>sequence of {0}</source>
        <translation>长度 {0} 的序列</translation>
    </message>
    <message>
        <source>As proposed</source>
        <translation>恢复建议值</translation>
    </message>
    <message>
        <source>Dry run</source>
        <translation>试运行</translation>
    </message>
    <message>
        <source>Axis order of the Keras model</source>
        <translation>Keras 模型的轴顺序</translation>
    </message>
    <message>
        <source>batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>height</source>
        <translation>高</translation>
    </message>
    <message>
        <source>width</source>
        <translation>宽</translation>
    </message>
    <message>
        <source>Keras: channels last</source>
        <translation>Keras：通道在最后</translation>
    </message>
    <message>
        <source>PyTorch: every axis stays</source>
        <translation>PyTorch：各轴不变</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>取值</translation>
    </message>
    <message>
        <source>Shape of {0}</source>
        <translation>{0} 的形状</translation>
    </message>
    <message>
        <source>Value of {0}</source>
        <translation>{0} 的值</translation>
    </message>
    <message>
        <source>stays as it is</source>
        <translation>保持不变</translation>
    </message>
    <message>
        <source>Type of {0}</source>
        <translation>{0} 的类型</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>真或假</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>正态分布</translation>
    </message>
    <message>
        <source>smallest</source>
        <translation>最小值</translation>
    </message>
    <message>
        <source>largest</source>
        <translation>最大值</translation>
    </message>
    <message>
        <source>to</source>
        <translation>到</translation>
    </message>
    <message>
        <source>An axis of {0} is empty.</source>
        <translation>{0} 有一个轴是空的。</translation>
    </message>
    <message>
        <source>These shapes have not been tried yet.</source>
        <translation>尚未试过这些形状。</translation>
    </message>
    <message>
        <source>Run it</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Run it again</source>
        <translation>重新运行</translation>
    </message>
    <message>
        <source>Trying the model on random values of these shapes</source>
        <translation>正在用这些形状的随机值试运行模型</translation>
    </message>
    <message>
        <source>Trying the model</source>
        <translation>正在试运行模型</translation>
    </message>
    <message>
        <source>Enter a number for a fixed size, or a word, such as batch, for a size that stays dynamic.</source>
        <translation>输入数字表示固定尺寸，输入 batch 之类的名称表示动态尺寸。</translation>
    </message>
    <message>
        <source>{0} goes in, {1} comes out</source>
        <translation>输入 {0}，输出 {1}</translation>
    </message>
    <message>
        <source>The dry run was cancelled</source>
        <translation>试运行已取消</translation>
    </message>
    <message>
        <source>This model takes no images, so both give the same input.</source>
        <translation>此模型不接受图像，因此两者的输入相同。</translation>
    </message>
    <message>
        <source>Where the channels of image-like inputs and outputs stand. The values are the same either way.</source>
        <translation>决定图像类输入和输出的通道位置。两种方式的数值相同。</translation>
    </message>
</context>
<context>
    <name>InterpreterField</name>
    <message>
        <source>Runs in</source>
        <translation>运行环境</translation>
    </message>
    <message>
        <source>Interpreter</source>
        <translation>解释器</translation>
    </message>
    <message>
        <source>The Python program of an environment, such as venv/bin/python</source>
        <translation>某个环境的 Python 程序，例如 venv/bin/python</translation>
    </message>
    <message>
        <source>PT2K&apos;s own Python</source>
        <translation>PT2K 自带的 Python</translation>
    </message>
    <message>
        <source>The interpreter that runs the model&apos;s code</source>
        <translation>运行模型代码的解释器</translation>
    </message>
    <message>
        <source>It has PyTorch and NumPy. For other packages, choose an environment that has them.</source>
        <translation>它带有 PyTorch 和 NumPy。需要其他软件包时，请选择装有它们的环境。</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
    <message>
        <source>{0}, with PyTorch {1}</source>
        <translation>{0}，PyTorch {1}</translation>
    </message>
    <message>
        <source>{0}: its PyTorch is checked when it is started.</source>
        <translation>{0}：启动时会检查其 PyTorch。</translation>
    </message>
</context>
<context>
    <name>LayerTree</name>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
</context>
<context>
    <name>LayersTab</name>
    <message>
        <source>Not compared yet.</source>
        <translation>尚未比较。</translation>
    </message>
    <message>
        <source>Only what departs</source>
        <translation>仅显示出现偏差的</translation>
    </message>
    <message>
        <source>Keras layer</source>
        <translation>Keras 层</translation>
    </message>
    <message>
        <source>ONNX value</source>
        <translation>ONNX 值</translation>
    </message>
    <message>
        <source>Largest difference</source>
        <translation>最大差异</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>相对值</translation>
    </message>
    <message>
        <source>Sample </source>
        <translation>样本 </translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Amplify the difference</source>
        <translation>放大差异</translation>
    </message>
    <message>
        <source>Choose a layer to see what it gives on both sides.</source>
        <translation>选择一层，查看它在两侧的输出。</translation>
    </message>
    <message>
        <source>Only files from the native engine say which layer computes which ONNX value.</source>
        <translation>只有 PT2K 引擎的文件会说明哪一层计算哪个 ONNX 值。</translation>
    </message>
    <message>
        <source>The only layer that was compared does not depart.</source>
        <translation>比较了唯一的一层，没有出现偏差。</translation>
    </message>
    <message>
        <source>No layers to compare.</source>
        <translation>没有可比较的层。</translation>
    </message>
    <message>
        <source>Computing</source>
        <translation>正在计算</translation>
    </message>
    <message>
        <source>{0} is the first layer that departs: {1} relative.</source>
        <translation>{0} 是第一个出现偏差的层：相对偏差 {1}。</translation>
    </message>
    <message>
        <source>No layer departs: {0} layers were compared.</source>
        <translation>没有层出现偏差：比较了 {0} 层。</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>Legend</source>
        <translation>图例</translation>
    </message>
</context>
<context>
    <name>LicencesDialog</name>
    <message>
        <source>Licenses</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>All that PT2K consists of and runs on. Choose a row to read its license.</source>
        <translation>PT2K 的所有组成部分及其运行所依赖的组件。选择一行以阅读其许可证。</translation>
    </message>
    <message>
        <source>Component</source>
        <translation>组件</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>License</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Components</source>
        <translation>组件</translation>
    </message>
    <message>
        <source>Text of the license</source>
        <translation>许可证文本</translation>
    </message>
</context>
<context>
    <name>LoaderWatch</name>
    <message>
        <source>Write a loader</source>
        <translation>编写加载器</translation>
    </message>
    <message>
        <source>Python (*.py)</source>
        <translation>Python (*.py)</translation>
    </message>
</context>
<context>
    <name>LogPane</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Nothing has been logged yet.</source>
        <translation>还没有日志。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Done: {0}</source>
        <translation>已完成：{0}</translation>
    </message>
    <message>
        <source>It has been running for {0}.</source>
        <translation>它已运行 {0}。</translation>
    </message>
    <message>
        <source>Cancel the running job?</source>
        <translation>取消正在运行的任务？</translation>
    </message>
    <message>
        <source>Cancel it</source>
        <translation>取消任务</translation>
    </message>
    <message>
        <source>Let it run</source>
        <translation>继续运行</translation>
    </message>
    <message>
        <source>PT2K was not closed properly on {0}. Every finished step with {1} is still there.</source>
        <translation>PT2K 在 {0} 没有正常结束。{1} 已完成的每一步都还在。</translation>
    </message>
    <message>
        <source>Resume where you stopped?</source>
        <translation>从上次中断处继续？</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Written to the crash log (see Help): {0}</source>
        <translation>已写入崩溃日志（帮助）：{0}</translation>
    </message>
    <message>
        <source>The settings were damaged and have been reset; the old file is kept as {0}.</source>
        <translation>设置已损坏，将重新开始；旧文件保存为 {0}。</translation>
    </message>
    <message>
        <source>A job is still running. Closing will cancel it.</source>
        <translation>有任务仍在运行。关闭会取消它。</translation>
    </message>
    <message>
        <source>Models are still being converted. Files already written are kept; the rest are skipped.</source>
        <translation>仍有模型正在转换。已写入的文件会保留，其余的会跳过。</translation>
    </message>
    <message>
        <source>The network {0} that was trained here has not been saved.</source>
        <translation>在此训练的网络 {0} 尚未保存。</translation>
    </message>
    <message>
        <source>The converted model of {0} has not been saved.</source>
        <translation>{0} 转换后的模型尚未保存。</translation>
    </message>
    <message>
        <source>Close PT2K?</source>
        <translation>关闭 PT2K？</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>留下</translation>
    </message>
</context>
<context>
    <name>Minimap</name>
    <message>
        <source>The whole graph</source>
        <translation>整个计算图</translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message>
        <source>Which model?</source>
        <translation>哪个模型？</translation>
    </message>
    <message>
        <source>Open a PyTorch or ONNX file, or train a small digit classifier to see how it works.</source>
        <translation>打开 PyTorch 或 ONNX 文件，或者训练一个小型数字分类器来了解流程。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>最近</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Digits, MLP</source>
        <translation>数字，MLP</translation>
    </message>
    <message>
        <source>Digits, CNN</source>
        <translation>数字，CNN</translation>
    </message>
    <message>
        <source>with BatchNorm</source>
        <translation>含 BatchNorm</translation>
    </message>
    <message>
        <source>Train a digit classifier</source>
        <translation>训练数字分类器</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Stop and keep the best</source>
        <translation>停止并保留最佳</translation>
    </message>
    <message>
        <source>Choose another model</source>
        <translation>选择其他模型</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Files that you open are listed here.</source>
        <translation>您打开过的文件会列在这里。</translation>
    </message>
    <message>
        <source>Models ({0});;All files (*)</source>
        <translation>模型 ({0});;所有文件 (*)</translation>
    </message>
    <message>
        <source>two dense layers</source>
        <translation>两个全连接层</translation>
    </message>
    <message>
        <source>Compare two model files</source>
        <translation>比较两个模型文件</translation>
    </message>
    <message>
        <source>&amp;Train</source>
        <translation>训练(&amp;T)</translation>
    </message>
    <message>
        <source>Save the PyTorch model</source>
        <translation>保存 PyTorch 模型</translation>
    </message>
    <message>
        <source>Show the graph</source>
        <translation>显示计算图</translation>
    </message>
    <message>
        <source>trained here, not saved</source>
        <translation>在此训练，未保存</translation>
    </message>
    <message>
        <source>converted, not saved</source>
        <translation>已转换，未保存</translation>
    </message>
    <message>
        <source>opened in this window</source>
        <translation>在此窗口中打开</translation>
    </message>
    <message>
        <source>{0} was not opened: another job is running.</source>
        <translation>未打开 {0}：另一个任务正在运行。</translation>
    </message>
    <message>
        <source>Wait for it, or cancel it first.</source>
        <translation>请等待它完成，或先取消。</translation>
    </message>
    <message>
        <source>Opening {0}</source>
        <translation>正在打开 {0}</translation>
    </message>
    <message>
        <source>{0} is still open.</source>
        <translation>{0} 仍处于打开状态。</translation>
    </message>
    <message>
        <source>Allow four times as long</source>
        <translation>允许四倍的时间</translation>
    </message>
    <message>
        <source>Allow twice the memory</source>
        <translation>允许两倍的内存</translation>
    </message>
    <message>
        <source>Reading the digits</source>
        <translation>正在读取数字</translation>
    </message>
    <message>
        <source>Epoch {0}, step {1} of {2}: loss {3}. {4} left</source>
        <translation>第 {0} 轮，第 {1}/{2} 步：损失 {3}。剩余 {4}</translation>
    </message>
    <message>
        <source>Stopping; the best epoch will be kept</source>
        <translation>正在停止；将保留最佳的一轮</translation>
    </message>
    <message>
        <source>Opening the trained network</source>
        <translation>正在打开训练好的网络</translation>
    </message>
    <message>
        <source>{0} stays open until then.</source>
        <translation>在此之前 {0} 保持打开。</translation>
    </message>
    <message>
        <source>{0} was written and is open in your editor.</source>
        <translation>{0} 已写入，并已在编辑器中打开。</translation>
    </message>
    <message>
        <source>Change the marked lines. The model opens here whenever you save the file.</source>
        <translation>请修改标出的各行。每次保存该文件时，模型都会在此打开。</translation>
    </message>
    <message>
        <source>{0} was changed since it was opened.</source>
        <translation>{0} 在打开后已被修改。</translation>
    </message>
    <message>
        <source>The results are those of the file as it was.</source>
        <translation>这些结果对应修改前的文件。</translation>
    </message>
    <message>
        <source>Open it again</source>
        <translation>重新打开</translation>
    </message>
    <message>
        <source>The network was saved as {0}.</source>
        <translation>网络已保存为 {0}。</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Origin</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>{0}, {1} trainable</source>
        <translation>{0}，其中 {1} 个可训练</translation>
    </message>
    <message>
        <source>File size</source>
        <translation>文件大小</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Kept epoch</source>
        <translation>保留的轮次</translation>
    </message>
    <message>
        <source>Test accuracy</source>
        <translation>测试准确率</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>说明</translation>
    </message>
</context>
<context>
    <name>NeedsDialog</name>
    <message>
        <source>Before this file can be opened</source>
        <translation>打开此文件之前</translation>
    </message>
    <message>
        <source>Open it anyway; what is missing keeps its initial values</source>
        <translation>仍然打开；缺少的部分保留初始值</translation>
    </message>
    <message>
        <source>Use only its tensors</source>
        <translation>只用其中的张量</translation>
    </message>
    <message>
        <source>Runs no code of this file; you name the class that the tensors belong to.</source>
        <translation>不运行此文件的任何代码；由您指明这些张量所属的类。</translation>
    </message>
    <message>
        <source>Write a loader</source>
        <translation>编写加载器</translation>
    </message>
    <message>
        <source>A short Python file for this repository that builds the network; you finish it in your editor.</source>
        <translation>为此代码库编写的简短 Python 文件，用于构建网络；您在编辑器中完成它。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The weights of {0} do not fit {1}.</source>
        <translation>{0} 的权重与 {1} 不相符。</translation>
    </message>
    <message>
        <source>Choose another class, change its arguments, or load what fits.</source>
        <translation>请选择其他类、修改其参数，或只采用相符的部分。</translation>
    </message>
    <message>
        <source>Choose its class: its Python file, or the folder of its repository.</source>
        <translation>请选择它的类：Python 文件或其代码库的文件夹。</translation>
    </message>
    <message>
        <source>{0} holds weights, but not the network that they belong to.</source>
        <translation>{0} 只含权重，不含它们所属的网络。</translation>
    </message>
    <message>
        <source>Choose its class, or rebuild the network from its tensors.</source>
        <translation>请选择它的类，或根据张量重建网络。</translation>
    </message>
    <message>
        <source>A class found nearby has attributes with the tensors&apos; names: open the file with it, or choose another one.</source>
        <translation>附近有一个类的属性与张量名称相符；可用它打开，或另选一个。</translation>
    </message>
    <message>
        <source>Fill in the required arguments; empty fields keep their defaults.</source>
        <translation>请填写所需内容；留空的保持默认值。</translation>
    </message>
    <message>
        <source>Choose an environment that has what it needs.</source>
        <translation>请选择装有所需软件包的环境。</translation>
    </message>
    <message>
        <source>Look at the code that would run, and agree only if you trust it.</source>
        <translation>请查看将要运行的内容，信任它才同意。</translation>
    </message>
    <message>
        <source>Run this code</source>
        <translation>运行此代码</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>File: {0}</source>
        <translation>文件：{0}</translation>
    </message>
    <message>
        <source>SHA-256: {0}</source>
        <translation>SHA-256：{0}</translation>
    </message>
    <message>
        <source>It would import these names:</source>
        <translation>它会导入这些名称：</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Scanner&apos;s verdict</source>
        <translation>扫描结果</translation>
    </message>
    <message>
        <source>Its code:</source>
        <translation>它的代码：</translation>
    </message>
    <message>
        <source>Python files beside it that would run:</source>
        <translation>旁边将会运行的 Python 文件：</translation>
    </message>
    <message>
        <source>Code in a model file can do whatever you can do on this machine. Agree only if you trust its source. Your answer is remembered for exactly this content and can be revoked in the settings.</source>
        <translation>模型文件中的代码可以在此计算机上做您能做的任何事。仅在信任其来源时同意。您的答复只对该内容有效，并可在设置中撤销。</translation>
    </message>
    <message>
        <source>Runs in</source>
        <translation>运行环境</translation>
    </message>
    <message>
        <source>the file itself</source>
        <translation>文件本身</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>model.py, model.py:Class, torchvision.models:resnet18 or timm:NAME</source>
        <translation>model.py、model.py:Class、torchvision.models:resnet18 或 timm:NAME</translation>
    </message>
    <message>
        <source>Python file</source>
        <translation>Python 文件</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类</translation>
    </message>
    <message>
        <source>In that file</source>
        <translation>该文件中</translation>
    </message>
    <message>
        <source>Rebuild it from its tensors: {0}</source>
        <translation>根据张量重建：{0}</translation>
    </message>
    <message>
        <source>Or</source>
        <translation>或者</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Classes found nearby</source>
        <translation>附近的类</translation>
    </message>
    <message>
        <source>Nearby</source>
        <translation>附近</translation>
    </message>
    <message>
        <source>{0} (has {1} of the tensors&apos; names)</source>
        <translation>{0}（含 {1} 个张量名称）</translation>
    </message>
    <message>
        <source>{0} (a function)</source>
        <translation>{0}（函数）</translation>
    </message>
    <message>
        <source>{0} (a ready model)</source>
        <translation>{0}（现成模型）</translation>
    </message>
    <message>
        <source>a Python literal</source>
        <translation>Python 字面量</translation>
    </message>
    <message>
        <source>{0} keys match, {1} differ.</source>
        <translation>{0} 个键匹配，{1} 个不同。</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>键</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>In the file</source>
        <translation>文件中</translation>
    </message>
    <message>
        <source>In the class</source>
        <translation>类中</translation>
    </message>
    <message>
        <source>The folder of the repository</source>
        <translation>代码库的文件夹</translation>
    </message>
    <message>
        <source>The file with the class</source>
        <translation>包含该类的文件</translation>
    </message>
    <message>
        <source>Python (*.py)</source>
        <translation>Python (*.py)</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
</context>
<context>
    <name>NumbersTab</name>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>后端</translation>
    </message>
    <message>
        <source>Against</source>
        <translation>对照</translation>
    </message>
    <message>
        <source>Same answer</source>
        <translation>答案相同</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>相对值</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>All samples</source>
        <translation>全部样本</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Which samples</source>
        <translation>哪些答案</translation>
    </message>
    <message>
        <source>Largest difference of each sample</source>
        <translation>每个样本的最大差异</translation>
    </message>
    <message>
        <source>Answers compared</source>
        <translation>答案对照</translation>
    </message>
    <message>
        <source>Every sample, worst first</source>
        <translation>所有样本，差异最大的在前</translation>
    </message>
    <message>
        <source>Not compared yet.</source>
        <translation>尚未比较。</translation>
    </message>
    <message>
        <source>Noise floor {0} (estimated), Keras&apos;s distance from float32 {1}; tolerance {2}.</source>
        <translation>噪声下限 {0}（估计值），Keras 与 float32 的距离 {1}；不超过 {2} 即通过。</translation>
    </message>
    <message>
        <source>True label</source>
        <translation>真实标签</translation>
    </message>
    <message>
        <source>Noise floor {0}, Keras&apos;s distance from float64 {1}; tolerance {2}.</source>
        <translation>噪声下限 {0}，Keras 与 float64 的距离 {1}；不超过 {2} 即通过。</translation>
    </message>
    <message>
        <source>All outputs</source>
        <translation>所有输出</translation>
    </message>
    <message>
        <source>True label / {0}</source>
        <translation>真实标签 / {0}</translation>
    </message>
    <message>
        <source>There are no classes to compare.</source>
        <translation>没有可比较的类别。</translation>
    </message>
</context>
<context>
    <name>OutputsTab</name>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>The output in numbers</source>
        <translation>输出的数值</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Look at it as</source>
        <translation>查看方式</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Sample </source>
        <translation>样本 </translation>
    </message>
    <message>
        <source>Amplify</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Amplify the difference</source>
        <translation>放大差异</translation>
    </message>
    <message>
        <source>Wipe</source>
        <translation>滑动对比</translation>
    </message>
    <message>
        <source>Lay both pictures over each other; the mouse or the arrows move the border</source>
        <translation>将两张图片叠放；用鼠标或方向键移动分界线</translation>
    </message>
    <message>
        <source>Samples of sound a second</source>
        <translation>每秒声音采样数</translation>
    </message>
    <message>
        <source>Save as .wav</source>
        <translation>保存为 .wav</translation>
    </message>
    <message>
        <source>Play {0}&apos;s sound</source>
        <translation>播放 {0} 的声音</translation>
    </message>
    <message>
        <source>Class scores</source>
        <translation>类别得分</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Segmentation mask</source>
        <translation>分割掩码</translation>
    </message>
    <message>
        <source>Depth or heat map</source>
        <translation>深度图或热图</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>边界框</translation>
    </message>
    <message>
        <source>Key points</source>
        <translation>关键点</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Embedding</source>
        <translation>嵌入向量</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>The outputs appear here once the model was checked.</source>
        <translation>检查模型后，输出会显示在这里。</translation>
    </message>
    <message>
        <source>No outputs were kept: they are too large, or don&apos;t count the samples along an axis.</source>
        <translation>没有保留输出：它们太大，或没有按轴计数样本。</translation>
    </message>
    <message>
        <source>This output can&apos;t be looked at as that. Choose another kind.</source>
        <translation>此输出不能这样查看。请选择其他方式。</translation>
    </message>
    <message>
        <source>The sound can&apos;t be played here. Save it as .wav and play it elsewhere.</source>
        <translation>无法在此播放声音。请保存为 .wav 后在别处播放。</translation>
    </message>
    <message>
        <source>Folder for the sounds</source>
        <translation>保存声音的文件夹</translation>
    </message>
</context>
<context>
    <name>OverviewTab</name>
    <message>
        <source>Keras summary</source>
        <translation>Keras 摘要</translation>
    </message>
    <message>
        <source>The samples appear here with each backend&apos;s answer.</source>
        <translation>样本及各后端的答案将显示在这里。</translation>
    </message>
    <message>
        <source>Sample {0}</source>
        <translation>样本 {0}</translation>
    </message>
</context>
<context>
    <name>PackageDialog</name>
    <message>
        <source>A model from a package</source>
        <translation>来自软件包的模型</translation>
    </message>
    <message>
        <source>timm, torchvision and other packages create models by name, where they are installed.</source>
        <translation>timm、torchvision 等软件包安装后可按名称创建模型。</translation>
    </message>
    <message>
        <source>Runs in</source>
        <translation>运行环境</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>part of the name, or a full one such as timm:resnet18</source>
        <translation>名称的一部分，或完整名称，例如 timm:resnet18</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>With its published weights, which the package downloads if necessary</source>
        <translation>使用其公开权重；软件包没有时会自行下载</translation>
    </message>
    <message>
        <source>This environment has no package of models that PT2K knows.</source>
        <translation>此 Python 中没有 PT2K 认识的模型软件包。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Looking for models</source>
        <translation>正在查找模型</translation>
    </message>
    <message>
        <source>Choose another environment, or type a full name, such as package.module:name.</source>
        <translation>请选择其他环境，或输入完整名称，例如 package.module:name。</translation>
    </message>
    <message>
        <source>{0} must be started to list its models.</source>
        <translation>必须启动 {0} 才能列出其模型。</translation>
    </message>
    <message>
        <source>An interpreter is a program and can do whatever you can do. Start it only if you trust it.</source>
        <translation>解释器是程序，可以做您能做的任何事。仅在信任它时启动。</translation>
    </message>
    <message>
        <source>Start it</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>{0} of {1} models</source>
        <translation>{1} 个模型中的 {0} 个</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>Another job is running.</source>
        <translation>另一项工作正在进行。</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>请先打开模型。</translation>
    </message>
    <message>
        <source>The model&apos;s file was changed since it was opened. Open it again.</source>
        <translation>模型文件在打开之后被更改。请重新打开。</translation>
    </message>
    <message>
        <source>The inputs don&apos;t fit the model. Correct them on the Input page.</source>
        <translation>输入与模型不符。请在“输入”页更正。</translation>
    </message>
    <message>
        <source>The inputs were not tried yet. Go to the Input page.</source>
        <translation>尚未试运行输入。请前往“输入”页。</translation>
    </message>
    <message>
        <source>Convert the model first.</source>
        <translation>请先转换模型。</translation>
    </message>
    <message>
        <source>The conversion is older than the last change. Convert again.</source>
        <translation>转换结果早于最近的更改。请重新转换。</translation>
    </message>
    <message>
        <source>Choose a file or a folder of samples.</source>
        <translation>请选择样本文件或文件夹。</translation>
    </message>
    <message>
        <source>Check the model first.</source>
        <translation>请先检查模型。</translation>
    </message>
    <message>
        <source>The check is older than the last change. Check again.</source>
        <translation>检查结果早于最近的更改。请重新检查。</translation>
    </message>
</context>
<context>
    <name>PictureView</name>
    <message>
        <source>Show the image at its own size</source>
        <translation>以原始尺寸显示图像</translation>
    </message>
    <message>
        <source>Picture {0}</source>
        <translation>图像 {0}</translation>
    </message>
</context>
<context>
    <name>Plot</name>
    <message>
        <source>Preparing the plot</source>
        <translation>正在准备图表</translation>
    </message>
    <message>
        <source>Save the plot</source>
        <translation>保存图表</translation>
    </message>
    <message>
        <source>Copy the plot</source>
        <translation>复制图表</translation>
    </message>
    <message>
        <source>Show the whole plot</source>
        <translation>显示整个图表</translation>
    </message>
</context>
<context>
    <name>PlotTools</name>
    <message>
        <source>Show the whole plot</source>
        <translation>显示整个图表</translation>
    </message>
    <message>
        <source>Copy the plot</source>
        <translation>复制图表</translation>
    </message>
    <message>
        <source>Save the plot as PNG, SVG or PDF</source>
        <translation>将图表保存为 PNG、SVG 或 PDF</translation>
    </message>
</context>
<context>
    <name>ProbabilityBars</name>
    <message>
        <source>Click a sample to see the backends&apos; probabilities.</source>
        <translation>点击一个样本，查看各后端的概率。</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Dark theme</source>
        <translation>深色主题</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Show the crash log</source>
        <translation>显示崩溃日志</translation>
    </message>
    <message>
        <source>Open the log folder</source>
        <translation>打开日志文件夹</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Many models</source>
        <translation>批量转换</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>指南</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>新内容</translation>
    </message>
    <message>
        <source>Copy diagnostics…</source>
        <translation>复制诊断信息…</translation>
    </message>
    <message>
        <source>Licenses</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>About PT2K</source>
        <translation>关于 PT2K</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>浅色主题</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Convert</source>
        <translation>转换</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>to do</source>
        <translation>待办</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>out of date</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>changed: open it again</source>
        <translation>已更改：请重新打开</translation>
    </message>
    <message>
        <source>{0} parameters</source>
        <translation>{0} 个参数</translation>
    </message>
    <message>
        <source>1 parameter</source>
        <translation>1 个参数</translation>
    </message>
</context>
<context>
    <name>Reader</name>
    <message>
        <source>Page of the guide</source>
        <translation>指南页面</translation>
    </message>
</context>
<context>
    <name>SampleRows</name>
    <message>
        <source>Sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>True label</source>
        <translation>真实标签</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差异</translation>
    </message>
</context>
<context>
    <name>SampleTable</name>
    <message>
        <source>Samples, worst first</source>
        <translation>样本，差异最大的在前</translation>
    </message>
</context>
<context>
    <name>Samples</name>
    <message>
        <source>Test digits</source>
        <translation>测试数字</translation>
    </message>
    <message>
        <source>Random values</source>
        <translation>随机值</translation>
    </message>
    <message>
        <source>A file of numbers</source>
        <translation>数值文件</translation>
    </message>
    <message>
        <source>A folder of images</source>
        <translation>图片文件夹</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>声音</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Films</source>
        <translation>影片</translation>
    </message>
    <message>
        <source>Arrays and tables</source>
        <translation>数组和表格</translation>
    </message>
    <message>
        <source>Texts and tables</source>
        <translation>文本和表格</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Seed of the random values</source>
        <translation>随机值的种子</translation>
    </message>
    <message>
        <source>How the sound is read</source>
        <translation>声音的读取方式</translation>
    </message>
    <message>
        <source>How the texts are read</source>
        <translation>文本的读取方式</translation>
    </message>
    <message>
        <source>Which columns are read</source>
        <translation>读取哪些列</translation>
    </message>
    <message>
        <source>How the frames are read and prepared</source>
        <translation>帧的读取和预处理方式</translation>
    </message>
    <message>
        <source>How the images are prepared</source>
        <translation>图像的预处理方式</translation>
    </message>
    <message>
        <source>The same seed gives the same values.</source>
        <translation>相同的种子给出相同的值。</translation>
    </message>
</context>
<context>
    <name>SamplesTab</name>
    <message>
        <source>The samples appear here with each backend&apos;s answer.</source>
        <translation>样本及各后端的答案会显示在这里。</translation>
    </message>
    <message>
        <source>One sample</source>
        <translation>单个样本</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation>清除绘图</translation>
    </message>
    <message>
        <source>Choose a row to see each backend&apos;s values.</source>
        <translation>选择一行，查看各后端的数值。</translation>
    </message>
    <message>
        <source>Sample {0}</source>
        <translation>样本 {0}</translation>
    </message>
    <message>
        <source>, true label {0}</source>
        <translation>，真实标签 {0}</translation>
    </message>
    <message>
        <source>, largest difference {0}</source>
        <translation>，最大差异 {0}</translation>
    </message>
    <message>
        <source>Your drawing</source>
        <translation>您的绘图</translation>
    </message>
</context>
<context>
    <name>SaveName</name>
    <message>
        <source>Enter a name.</source>
        <translation>请输入名称。</translation>
    </message>
    <message>
        <source>A name that begins with a dot is hidden. Enter another one.</source>
        <translation>以点开头的名称会被隐藏。请输入其他名称。</translation>
    </message>
    <message>
        <source>A name can&apos;t hold {0}.</source>
        <translation>名称不能包含 {0}。</translation>
    </message>
    <message>
        <source>A name can&apos;t end in a dot.</source>
        <translation>名称不能以点结尾。</translation>
    </message>
    <message>
        <source>Windows keeps the name {0} for itself.</source>
        <translation>Windows 保留了名称 {0}。</translation>
    </message>
    <message>
        <source>The name is too long.</source>
        <translation>名称太长。</translation>
    </message>
</context>
<context>
    <name>SavePage</name>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Every file is reopened in a fresh process without PT2K and compared on the same samples.</source>
        <translation>每个文件都会在不认识 PT2K 的新进程中重新打开，并用相同的样本比较。</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>LiteRT files by size and by what they keep</source>
        <translation>按大小与保留程度排列的 LiteRT 文件</translation>
    </message>
    <message>
        <source>What each LiteRT file keeps of the model, against its size</source>
        <translation>各 LiteRT 文件相对大小保留了模型的多少</translation>
    </message>
    <message>
        <source>Formats</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>保存位置</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>Convert another</source>
        <translation>转换另一个</translation>
    </message>
    <message>
        <source>Save as a pipeline file</source>
        <translation>保存为流水线文件</translation>
    </message>
    <message>
        <source>What was clicked here as a file: pt2k run does the same again</source>
        <translation>将此处的选择存为文件：pt2k run 会重做同样的事</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>The verdict, plots, operators, versions and file hashes in one file.</source>
        <translation>结论、图表、算子、版本和文件哈希，都在一个文件里。</translation>
    </message>
    <message>
        <source>Open the report</source>
        <translation>打开报告</translation>
    </message>
    <message>
        <source>Load it</source>
        <translation>载入</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Copy snippet</source>
        <translation>复制代码片段</translation>
    </message>
    <message>
        <source>Choose a format.</source>
        <translation>请选择格式。</translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation>请选择文件夹。</translation>
    </message>
    <message>
        <source>Enter the full path of the folder.</source>
        <translation>请输入文件夹的完整路径。</translation>
    </message>
    <message>
        <source>These files already exist:
{0}</source>
        <translation>这些文件已存在：
{0}</translation>
    </message>
    <message>
        <source>Replace files?</source>
        <translation>替换文件？</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留原文件</translation>
    </message>
    <message>
        <source>{0} was written.</source>
        <translation>已写入 {0}。</translation>
    </message>
    <message>
        <source>Run it with: {0}</source>
        <translation>运行方式：{0}</translation>
    </message>
    <message>
        <source>{0} is not the same model when it is reopened.</source>
        <translation>{0} 重新打开后不是同一个模型。</translation>
    </message>
    <message>
        <source>{0} was written. It opens in a fresh process and gives the same answers.</source>
        <translation>{0} 已写入。它在全新的进程中打开，并给出相同的答案。</translation>
    </message>
    <message>
        <source>{0} files were written. Each opens in a fresh process and gives the same answers.</source>
        <translation>已写入 {0} 个文件。每个文件都在全新的进程中打开，并给出相同的答案。</translation>
    </message>
    <message>
        <source>Saving was cancelled.</source>
        <translation>保存已取消。</translation>
    </message>
    <message>
        <source>Files already written are kept; none is incomplete.</source>
        <translation>之前写好的文件会保留；没有写了一半的文件。</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>Writing the report</source>
        <translation>正在写报告</translation>
    </message>
    <message>
        <source>The report was written to {0}.</source>
        <translation>报告已写入 {0}。</translation>
    </message>
    <message>
        <source>The saved files are from an earlier conversion.</source>
        <translation>已保存的文件来自之前的转换。</translation>
    </message>
    <message>
        <source>Save again.</source>
        <translation>请重新保存。</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Same as the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>动画</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Another file that is opened</source>
        <translation>再打开文件时</translation>
    </message>
    <message>
        <source>Forget recent files</source>
        <translation>清除最近的文件</translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation>最近的文件</translation>
    </message>
    <message>
        <source>Time limit for reading a file</source>
        <translation>读取文件的时间限制</translation>
    </message>
    <message>
        <source>Memory limit</source>
        <translation>内存限制</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Files whose code you have allowed to run</source>
        <translation>您已允许运行其代码的文件</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Content (SHA-256)</source>
        <translation>内容 (SHA-256)</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>自</translation>
    </message>
    <message>
        <source>None. Before opening a file whose code would run, PT2K shows that code and asks.</source>
        <translation>没有。打开会运行其中代码的文件之前，PT2K 会显示该代码并询问。</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Reduced</source>
        <translation>减少</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>完整</translation>
    </message>
    <message>
        <source>When a long job ends in the background</source>
        <translation>长时间的任务在后台结束时</translation>
    </message>
    <message>
        <source>In a window of its own</source>
        <translation>在新窗口中打开</translation>
    </message>
    <message>
        <source>In the window that is open</source>
        <translation>在已打开的窗口中</translation>
    </message>
    <message>
        <source> seconds at most</source>
        <translation> 秒以内</translation>
    </message>
    <message>
        <source> GiB at most</source>
        <translation> GiB 以内</translation>
    </message>
</context>
<context>
    <name>ShapeField</name>
    <message>
        <source>Add an axis</source>
        <translation>添加一个轴</translation>
    </message>
    <message>
        <source>Remove the axis</source>
        <translation>移除该轴</translation>
    </message>
    <message>
        <source>Axis {0} of {1}</source>
        <translation>{1} 的第 {0} 个轴</translation>
    </message>
    <message>
        <source>A number is a fixed size; a name, such as batch, is a size that stays dynamic.</source>
        <translation>数字是固定尺寸；batch 之类的名称是动态尺寸。</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Go to a step</source>
        <translation>转到某一步</translation>
    </message>
    <message>
        <source>Previous step</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Press the page&apos;s main button</source>
        <translation>执行页面主按钮的操作</translation>
    </message>
    <message>
        <source>Cancel the running job</source>
        <translation>取消正在运行的任务</translation>
    </message>
    <message>
        <source>Show or hide the log</source>
        <translation>显示或隐藏日志</translation>
    </message>
    <message>
        <source>Light or dark theme</source>
        <translation>浅色或深色主题</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>The guide&apos;s page for what is in front</source>
        <translation>当前内容对应的指南页面</translation>
    </message>
    <message>
        <source>This list</source>
        <translation>此列表</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Go to the next field, or the previous one</source>
        <translation>转到下一个或上一个字段</translation>
    </message>
    <message>
        <source>Activate what has the focus</source>
        <translation>按下获得焦点的控件</translation>
    </message>
    <message>
        <source>Tables: filter the rows</source>
        <translation>表格：只显示包含某文本的行</translation>
    </message>
    <message>
        <source>Samples: go to the one next to it</source>
        <translation>样本：选择相邻的样本</translation>
    </message>
    <message>
        <source>Samples: next or previous page</source>
        <translation>样本：翻页</translation>
    </message>
    <message>
        <source>Plots: zoom in or out</source>
        <translation>绘图：放大或缩小</translation>
    </message>
    <message>
        <source>Tables: select all rows, copy the selected ones</source>
        <translation>表格：选择所有行，复制所选行</translation>
    </message>
    <message>
        <source>Shapes: select all axes, remove the selected ones</source>
        <translation>形状：选择所有轴，移除所选轴</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>What they do</source>
        <translation>作用</translation>
    </message>
</context>
<context>
    <name>SourceForm</name>
    <message>
        <source>How the sound is read</source>
        <translation>声音的读取方式</translation>
    </message>
    <message>
        <source>Each window is a sample. The model&apos;s own length comes first, where it has one.</source>
        <translation>每个窗口是一个样本。模型规定了长度时，以模型为准。</translation>
    </message>
    <message>
        <source>How the texts are read</source>
        <translation>文本的读取方式</translation>
    </message>
    <message>
        <source>Each line of a text file, or each row of a table, is a sample.</source>
        <translation>文本文件的每一行，或表格的每一行，是一个样本。</translation>
    </message>
    <message>
        <source>Which columns are read</source>
        <translation>读取哪些列</translation>
    </message>
    <message>
        <source>Of a table: columns by their names or their numbers from 1.</source>
        <translation>对于表格：用列名或从 1 开始的编号指定列。</translation>
    </message>
    <message>
        <source>Which frames are read</source>
        <translation>读取哪些帧</translation>
    </message>
    <message>
        <source>Each frame is a sample, or each clip, where the model takes several frames.</source>
        <translation>每一帧是一个样本；模型接受多帧时，每个片段是一个样本。</translation>
    </message>
    <message>
        <source>Class names</source>
        <translation>类别名称</translation>
    </message>
    <message>
        <source>None: classes are shown by number</source>
        <translation>无：以编号显示类别</translation>
    </message>
    <message>
        <source>Text and JSON (*.txt *.json *.names *.labels);;All files (*)</source>
        <translation>文本和 JSON (*.txt *.json *.names *.labels);;所有文件 (*)</translation>
    </message>
    <message>
        <source>As in each file</source>
        <translation>与各文件相同</translation>
    </message>
    <message>
        <source>One second</source>
        <translation>一秒</translation>
    </message>
    <message>
        <source>As long as the window</source>
        <translation>与窗口等长</translation>
    </message>
    <message>
        <source> samples of sound</source>
        <translation> 个采样</translation>
    </message>
    <message>
        <source>Mixed to their mean</source>
        <translation>混合为平均值</translation>
    </message>
    <message>
        <source>The first one alone</source>
        <translation>仅第一个</translation>
    </message>
    <message>
        <source>Sample rate</source>
        <translation>采样率</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>From window to window</source>
        <translation>窗口间隔</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>分词器</translation>
    </message>
    <message>
        <source>Tokenizers (*.json);;All files (*)</source>
        <translation>分词器 (*.json);;所有文件 (*)</translation>
    </message>
    <message>
        <source>That of the longest text</source>
        <translation>最长文本的长度</translation>
    </message>
    <message>
        <source>Add the tokens around a text, such as [CLS]</source>
        <translation>添加文本前后的词元，如 [CLS]</translation>
    </message>
    <message>
        <source>Of a table: the one named text, else the first</source>
        <translation>对于表格：名为 text 的列，否则为第一列</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>All but the label</source>
        <translation>除标签外的所有列</translation>
    </message>
    <message>
        <source>The one named label, target or class; none for none</source>
        <translation>名为 label、target 或 class 的列；none 表示没有</translation>
    </message>
    <message>
        <source>Names the columns, unless it is numbers</source>
        <translation>是列名，除非全是数值</translation>
    </message>
    <message>
        <source>Names the columns</source>
        <translation>是列名</translation>
    </message>
    <message>
        <source>Is a sample</source>
        <translation>是样本</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>First row</source>
        <translation>第一行</translation>
    </message>
    <message>
        <source>As the model takes, else 16</source>
        <translation>按模型，否则为 16</translation>
    </message>
    <message>
        <source>Each n-th frame</source>
        <translation>每隔 n 帧取一帧</translation>
    </message>
    <message>
        <source>Frames of a clip</source>
        <translation>片段的帧数</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
</context>
<context>
    <name>SpeedTab</name>
    <message>
        <source>Batches of 1, 16 and 256 random samples; median of several interleaved runs after a warm-up</source>
        <translation>批量为 1、16 和 256 个随机样本；预热后轮流运行数次，取中位数</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Not measured yet.</source>
        <translation>尚未测量。</translation>
    </message>
    <message>
        <source>Backend</source>
        <translation>后端</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>Shortest</source>
        <translation>最短</translation>
    </message>
    <message>
        <source>Longest</source>
        <translation>最长</translation>
    </message>
</context>
<context>
    <name>SpreadView</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
</context>
<context>
    <name>StageRow</name>
    <message>
        <source>to do</source>
        <translation>待办</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
</context>
<context>
    <name>StepsDialog</name>
    <message>
        <source>Steps of preparation</source>
        <translation>预处理步骤</translation>
    </message>
    <message>
        <source>In the order in which they were done for training. The picture shows what each step makes of it.</source>
        <translation>按训练时的顺序。图片显示每个步骤之后的结果。</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Step to add</source>
        <translation>要添加的步骤</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>in proportion</source>
        <translation>按比例</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Interpolation</source>
        <translation>插值</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>The file</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>{0} × {1} pixels</source>
        <translation>{0} × {1} 像素</translation>
    </message>
    <message>
        <source>values from {0} to {1}</source>
        <translation>数值从 {0} 到 {1}</translation>
    </message>
</context>
<context>
    <name>SummaryTab</name>
    <message>
        <source>PyTorch beside Keras</source>
        <translation>PyTorch 与 Keras 对照</translation>
    </message>
    <message>
        <source>Keras summary</source>
        <translation>Keras 摘要</translation>
    </message>
    <message>
        <source>PyTorch layer</source>
        <translation>PyTorch 层</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Keras layers</source>
        <translation>Keras 层</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
</context>
<context>
    <name>SummaryView</name>
    <message>
        <source>Keras summary</source>
        <translation>Keras 摘要</translation>
    </message>
    <message>
        <source>Search the summary</source>
        <translation>搜索摘要</translation>
    </message>
    <message>
        <source>Search; Enter finds the next</source>
        <translation>搜索；按 Enter 查找下一个</translation>
    </message>
</context>
<context>
    <name>Tab</name>
    <message>
        <source>These results are older than the last change.</source>
        <translation>这些结果早于上次更改。</translation>
    </message>
</context>
<context>
    <name>TableTools</name>
    <message>
        <source>Ctrl+F filters, Ctrl+C copies the selected rows, the menu key offers more.</source>
        <translation>Ctrl+F 筛选，Ctrl+C 复制所选行，菜单键提供更多操作。</translation>
    </message>
    <message>
        <source>Save as CSV</source>
        <translation>另存为 CSV</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Filter…</source>
        <translation>筛选…</translation>
    </message>
    <message>
        <source>Save as CSV…</source>
        <translation>另存为 CSV…</translation>
    </message>
    <message>
        <source>Filter the rows</source>
        <translation>筛选行</translation>
    </message>
    <message>
        <source>Filter; Esc shows all rows</source>
        <translation>筛选；按 Esc 显示所有行</translation>
    </message>
</context>
<context>
    <name>TellDialog</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>TrainingCurves</name>
    <message>
        <source>The curves start with the first epoch.</source>
        <translation>曲线从第一轮开始。</translation>
    </message>
    <message>
        <source>training loss</source>
        <translation>训练损失</translation>
    </message>
    <message>
        <source>validation loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>epoch</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>损失</translation>
    </message>
</context>
<context>
    <name>TrainingForm</name>
    <message>
        <source>MLP</source>
        <translation>MLP</translation>
    </message>
    <message>
        <source>Two dense layers: 784, 128, 10 units</source>
        <translation>两个全连接层：784、128、10 个单元</translation>
    </message>
    <message>
        <source>CNN</source>
        <translation>CNN</translation>
    </message>
    <message>
        <source>Two convolutions, two dense layers</source>
        <translation>两个卷积层，两个全连接层</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>批次大小</translation>
    </message>
    <message>
        <source> images</source>
        <translation> 张</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>动量</translation>
    </message>
    <message>
        <source>Hidden units (MLP)</source>
        <translation>隐藏单元 (MLP)</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>Training share</source>
        <translation>训练占比</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Pixel mean</source>
        <translation>像素均值</translation>
    </message>
    <message>
        <source>Pixel std</source>
        <translation>像素标准差</translation>
    </message>
    <message>
        <source>Nesterov momentum</source>
        <translation>Nesterov 动量</translation>
    </message>
    <message>
        <source>The built-in MNIST</source>
        <translation>内置的 MNIST</translation>
    </message>
    <message>
        <source>Folder of IDX files</source>
        <translation>IDX 文件的文件夹</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>More settings</source>
        <translation>更多设置</translation>
    </message>
    <message>
        <source>70,000 handwritten digits come with PT2K.</source>
        <translation>PT2K 自带 70,000 个手写数字。</translation>
    </message>
</context>
<context>
    <name>TrainingTab</name>
    <message>
        <source>Loss before each step, on one batch</source>
        <translation>每一步之前的损失（同一个批次）</translation>
    </message>
    <message>
        <source>PyTorch</source>
        <translation>PyTorch</translation>
    </message>
    <message>
        <source>Keras</source>
        <translation>Keras</translation>
    </message>
    <message>
        <source>Gradient differs</source>
        <translation>梯度差异</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>相对值</translation>
    </message>
    <message>
        <source>New value differs</source>
        <translation>新值差异</translation>
    </message>
    <message>
        <source>Of the tolerance</source>
        <translation>占允许值</translation>
    </message>
    <message>
        <source>{0}, {1}, learning rate {2}.</source>
        <translation>{0}，{1}，学习率 {2}。</translation>
    </message>
    <message>
        <source>1 sample</source>
        <translation>1 个样本</translation>
    </message>
    <message>
        <source>{0} samples</source>
        <translation>{0} 个样本</translation>
    </message>
</context>
<context>
    <name>dialog</name>
    <message>
        <source>{0} holds {1} tensors. Which class do they belong to?</source>
        <translation>{0} 含有 {1} 个张量。它们属于哪个类？</translation>
    </message>
</context>
</TS>
