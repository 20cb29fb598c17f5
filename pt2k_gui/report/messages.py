"""The texts of ``report`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# plots
LEGEND = template("report.legend", "True label above; answers:")()
WRONG_ANSWER = template("report.wrong_answer", "dashed: not the true label")()
ALL_EQUAL = template("report.all_equal", "All outputs are equal, bit for bit.")()
LARGEST_DIFFERENCE = template("report.largest_difference", "largest difference of a sample")()
SAMPLES = template("report.samples", "samples")()
ALLOWED = template("report.allowed", "allowed")()
RELATIVE_DIFFERENCE = template("report.relative_difference", "relative difference")()
BATCH = template("report.batch", "batch {size}")
STEP = template("report.step", "step")()
LOSS = template("report.loss", "loss")()
MILLISECONDS = template("report.milliseconds", "milliseconds")()

# tradeoff
FILE_SIZE = template("report.file_size", "size in MB")()
ACCURACY = template("report.accuracy_axis", "accuracy")()
SAME_ANSWERS = template("report.same_answers", "answers that stay")()
KEPT = template("report.kept", "1 - largest relative error")()

# confusion_matrix
OTHERS = template("report.others", "others")()
MOST_CLASSES = template(
    "report.most_classes",
    "{shown} of {occurring:,} classes that occur: those with disagreements first, then the most frequent. The rest "
    "stand under “others”.",
)

# writing
CANNOT_WRITE_AS = template("report.cannot_write_as", "The report can't be written as {output}.")
USE_ENDING = template("report.use_ending", "Use one of {endings}.")
NO_PICTURES = template("report.no_pictures", "The samples are not images, so there is no grid to draw.")

# ways out
USE_IMAGES = template("report.use_images", "Check with the digits or a folder of images to get a grid.")
